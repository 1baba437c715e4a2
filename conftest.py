"""nbval compares every output of a notebook's cell but its pictures: they are compared here, after the same run."""

import pytest
from nbval.plugin import IPyNbCell
from pictures import differences


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if isinstance(item, IPyNbCell) and (lines := differences(item.cell.outputs, item.test_outputs)):
        item.raise_cell_error("Pictures differ from the stored ones", "\n".join(lines))
    return result
