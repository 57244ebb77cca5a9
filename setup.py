"""Builds the extension module with the project's own CMake build.

The build folder is DC_BUILD_DIR, or build, as for ./dev: what is built there already is not built
again. DC_JOBS limits how many compilers run at once.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / os.environ.get("DC_BUILD_DIR", "build")


class CMakeBuild(build_ext):
    """Configures, builds the target dc_python, copies it into the package."""

    def build_extension(self, extension):
        configure = ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DDC_PYTHON=ON"]
        configure += [f"-DPython3_EXECUTABLE={os.path.realpath(sys.executable)}"]
        if not (BUILD / "CMakeCache.txt").exists():
            configure += ["-DCMAKE_BUILD_TYPE=Release", "-DDC_TESTS=OFF"]
        subprocess.run(configure, check=True)
        jobs = ["-j", os.environ["DC_JOBS"]] if os.environ.get("DC_JOBS") else []
        subprocess.run(["cmake", "--build", BUILD, "--target", "dc_python", *jobs], check=True)
        built = list((BUILD / "python").glob("_core.*.so"))
        if len(built) != 1:
            sys.exit(f"error: one module _core was expected in {BUILD}/python, there are {len(built)}")
        target = Path(self.get_ext_fullpath(extension.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built[0], target)


version = re.search(r"project\(deep_compression VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
# What setuptools makes on the way belongs into the build folder, too.
scratch = BUILD / "python-package"
scratch.mkdir(parents=True, exist_ok=True)
setup(
    version=version[1],
    ext_modules=[Extension("deep_compression._core", [])],
    cmdclass={"build_ext": CMakeBuild},
    options={"build": {"build_base": str(scratch)}, "egg_info": {"egg_base": str(scratch)}},
)
