"""A method whose last result is kept."""

import functools


def kept(method):
    """Compute anew only when the arguments are others than last time: most moves of a hand change one of many.

    The arguments are values of controls, or other things that `==` compares. The explorer holds the result.
    """
    place = f"kept {method.__name__}"

    @functools.wraps(method)
    def last_or_new(self, *arguments):
        known = vars(self).get(place)
        if known is None or known[0] != arguments:
            known = vars(self)[place] = arguments, method(self, *arguments)
        return known[1]

    return last_or_new
