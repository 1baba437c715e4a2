"""nbval compares every output of a notebook's cell but its pictures: they are compared here, after the same run."""

import pytest
from compare_pictures import differences


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    # nbval's items are the only ones with outputs; it is not imported, since `make oracle` runs without it.
    if hasattr(item, "test_outputs") and (lines := differences(item.cell.outputs, item.test_outputs)):
        item.raise_cell_error("Pictures differ from the stored ones", "\n".join(lines))
    return result
