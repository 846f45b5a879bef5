"""What `Check the connection` says of one helpdesk, whatever it says of the others."""

from typing import Any

from tests.helpdesks.bed.system import System, run_workflow

_OF_OTHER_TESTS = "Since yesterday"


def found_of(system: System, helpdesk: str) -> list[Any]:
    """Run it; returns what it found of `helpdesk`, nothing where that is not used."""
    done = run_workflow(system, "check-the-connection", "Every morning")
    ran = done["data"]["resultData"]["runData"].get("Say it in words")
    items = [item["json"] for item in ran[0]["data"]["main"][0]] if ran else []
    return [item for item in items if item["helpdesk"] == helpdesk]


def said_of(system: System, helpdesk: str) -> str:
    """Run it as a support lead does; returns the lines about `helpdesk`, empty: all is well."""
    done = run_workflow(system, "check-the-connection", "Every morning")
    result = done["data"]["resultData"]
    if done["status"] == "success":
        assert "Say that all is well" in result["runData"]
        return ""
    assert result["lastNodeExecuted"] == "Say what is missing", result
    parts = str(result["error"]["message"]).split("\n\n")
    return next((part for part in parts if part.startswith(f"{helpdesk}: ")), "")


def missing_in(system: System, helpdesk: str) -> str:
    """Return what is missing, without the failures that other tests left behind."""
    told = said_of(system, helpdesk).split("\n")
    missing = without_other_tests(told)
    return "\n".join(missing) if len(missing) > 1 else ""


def without_other_tests(lines: list[str]) -> list[str]:
    """Leave out the failures that other tests left behind."""
    return [line for line in lines if not line.removeprefix("• ").startswith(_OF_OTHER_TESTS)]
