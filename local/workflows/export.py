"""Write the workflows that n8n holds back into the repository's files."""

from pathlib import Path

from local.workflows.client import N8nClient, N8nError
from local.workflows.deploy import usable
from local.workflows.files import WORKFLOWS_FOLDER, file_name, read_workflows, write_workflow
from local.workflows.settings import DeploySettings


def export(settings: DeploySettings, folder: Path = WORKFLOWS_FOLDER) -> list[str]:
    """Write each of our workflows as n8n has it now; returns a line per changed file.

    A renamed workflow gets a file of its new name. Others in the same n8n are left alone.

    Raises
    ------
    N8nError
        Where n8n lacks one of our workflows: deploy first.
    """
    changes = []
    with N8nClient(settings) as client:
        for file in usable(read_workflows(folder), settings):
            found = client.workflow(file.id)
            if found is None:
                raise N8nError(f"n8n has no workflow '{file.name}': deploy first")
            path = folder / file_name(found["name"])
            if write_workflow(path, found):
                changes.append(f"wrote {path.name}")
            if path != file.path:
                file.path.unlink()
                changes.append(f"removed {file.path.name}")
    return changes
