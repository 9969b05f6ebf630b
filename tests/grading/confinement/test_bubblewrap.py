"""Bubblewrap is found, installed where the user may, or its absence explained with the command to type."""

import pytest

from grading.confinement import bubblewrap


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """A PATH that holds only the named empty programs."""

    def install(*names, body="exit 0"):
        for name in names:
            (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    return install


def test_nothing_is_said_where_bubblewrap_is_there(tools, capsys):
    tools("bwrap")
    bubblewrap.main()
    assert capsys.readouterr().out == ""


def test_an_ordinary_user_is_told_the_command_of_his_own_package_manager(tools, capsys, monkeypatch):
    tools("dnf")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    bubblewrap.main()
    assert "sudo dnf install -y bubblewrap" in capsys.readouterr().out


def test_root_gets_it_installed(tools, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    bwrap = tmp_path / "bwrap"
    tools("zypper", body=f"echo '#!/bin/sh' > {bwrap}; PATH=/bin:/usr/bin chmod +x {bwrap}")
    bubblewrap.main()
    assert bubblewrap.find() == str(bwrap)
    assert "type:" not in capsys.readouterr().out


def test_root_is_told_the_command_when_the_installation_fails(tools, capsys, monkeypatch):
    tools("apt-get", body="exit 100")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    bubblewrap.main()
    assert "apt-get install -y bubblewrap" in capsys.readouterr().out


def test_an_unknown_system_still_gets_a_sentence(tools):
    assert "package manager" in bubblewrap.advice()


def test_other_systems_are_told_how_to_grade_all_the_same(tools, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert "Linux container" in bubblewrap.advice()
