"""Write the repository's address, which stands in pyproject.toml, into what the README derives from it.

python tools/address.py
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
# Each address of a repository, of its Binder and of its site; an owner and a name stand for OWNER and NAME.
PLACES = "github.com/OWNER/NAME", "mybinder.org/v2/gh/OWNER/NAME", "//OWNER.github.io/NAME"


def pattern(place):
    return re.escape(place).replace("OWNER", r"([\w-]+)").replace("NAME", r"([\w-]+(?:\.[\w-]+)*)")


def owner_and_name():
    """Those of pyproject.toml."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    return re.fullmatch(f"https://{pattern(PLACES[0])}", urls["Repository"]).groups()


def named(text):
    """Every owner and name that a text has in an address."""
    return [match.groups() for place in PLACES for match in re.finditer(pattern(place), text)]


def rewritten(text, owner, name):
    """The text with this owner and name in each address."""
    for place in PLACES:
        text = re.sub(pattern(place), place.replace("OWNER", owner).replace("NAME", name), text)
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(), *owner_and_name()))
