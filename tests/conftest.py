"""What the tests of many files need."""

import pytest


@pytest.fixture(scope="module")
def make(request):
    """What builds the explorer of a file: the file's EXPLORER."""
    return request.module.EXPLORER


@pytest.fixture(scope="module")
def built(make):
    explorer = make()
    yield explorer
    explorer.close()


@pytest.fixture
def explorer(built):
    """The explorer of a file, built once, as it was at its start."""
    built.reset()
    return built
