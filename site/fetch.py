"""What the site takes from npm and from pip: fetched once, at the versions named, into a folder of the build."""

import hashlib
import subprocess
import sys

BROWSER = ("--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp", "--abi", "cp314")
ANYWHERE = ("--platform", "any", "--implementation", "py", "--abi", "none")
OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--python-version", "3.14")


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def npm(package, folder):
    """The files of an npm package, unpacked; their folder."""
    place = folder / package.replace("@", "-")
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        run("npm", "pack", "--silent", package, cwd=folder, stdout=subprocess.DEVNULL)
        part = folder / f"{place.name}.part"
        part.mkdir(exist_ok=True)
        run("tar", "xzf", folder / f"{place.name}.tgz", "-C", part, "--strip-components=1")
        part.rename(place)
    return place


def wheel_in(folder, name, version):
    """The wheel of a package in a folder, or None."""
    return next(iter(sorted(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"))), None)


def download(versions, folder, kind=ANYWHERE):
    """Wheels for the Python of Pyodide. versions: dict, name -> version."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [f"{name}=={version}" for name, version in versions.items() if not wheel_in(folder, name, version)]
    if missing:
        run(sys.executable, "-m", "pip", "download", *OPTIONS, *kind, "-d", folder, *missing)
    return {name: wheel_in(folder, name, version) for name, version in versions.items()}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
