"""The archive of `make dist` on its own, at another place."""
import os
import re
import shutil
import subprocess
import tarfile

from agent_process import ROOT
from case import check, limit


def version():
    with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
        return re.search(r"flume-cpp VERSION ([0-9.]+)", file.read()).group(1)


@limit(90)
def test_the_archive_runs_from_any_place(case):
    made = subprocess.run([os.path.join(ROOT, "tools", "make-dist"), version()], cwd=ROOT, capture_output=True, text=True, check=False)
    check(made.returncode == 0, "make-dist failed", made.stdout + made.stderr)
    with tarfile.open(os.path.join(ROOT, "dist", f"flume-{version()}.tar.gz")) as archive:
        archive.extractall(case.folder)
    home = case.path(f"flume-{version()}")
    for name in ("bin/flume-ng", "lib/libflume.so", f"lib/libflume.so.{version()}", "lib/modules/flume_http.so",
                 "lib/modules/flume_zookeeper.so", "conf/flume-env.sh.template", "conf/flume-conf.properties.template",
                 "docs/differences.md", "include/flume/source.h", "LICENSE", "NOTICE", "README.md", "CHANGELOG.md"):
        check(os.path.exists(os.path.join(home, name)), f"{name} is not in the archive")
    result = subprocess.run([os.path.join(home, "bin", "flume-ng"), "version"], cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True,
                            text=True, timeout=10, check=False)
    check(result.returncode == 0 and version() in result.stdout, f"exit code {result.returncode}", result.stdout + result.stderr)
    libraries = subprocess.run(["ldd", os.path.join(home, "bin", "flume-ng")], capture_output=True, text=True, check=False).stdout
    check("not found" not in libraries, "a library is missing", libraries)
    used = re.search(r"libflume\.so\.[0-9.]+ => (\S+)", libraries)
    check(used and os.path.realpath(used.group(1)).startswith(os.path.realpath(home) + os.sep), "it uses another libflume.so", libraries)


def test_a_library_of_another_build_is_refused(case):
    name = f"libflume.so.{version()}"
    for part in ("bin/flume-ng", f"lib/{name}"):
        os.makedirs(os.path.dirname(case.path(part)), exist_ok=True)
        shutil.copy(os.path.join(ROOT, "build", "release", part), case.path(part))
    with open(case.path("lib", name), "r+b") as library:
        content = library.read()
        start = content.index(f"{version()}+headers.".encode())
        library.seek(start + len(f"{version()}+headers."))
        library.write(b"000000000000")
    result = subprocess.run([case.path("bin", "flume-ng"), "version"], capture_output=True, text=True, timeout=10, check=False)
    check(result.returncode == 2 and result.stdout == "" and "libflume.so is of another build" in result.stderr
          and len(result.stderr.splitlines()) == 1, f"exit code {result.returncode}", result.stdout + result.stderr)


def test_the_template_configuration_validates(case):
    template = os.path.join(ROOT, "packaging", "conf", "flume-conf.properties.template")
    code, output = case.flume("validate", "-f", template, "-n", "agent")
    check(code == 0, f"exit code {code}", output)
