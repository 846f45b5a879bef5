"""Pictures of the workflows as the support lead sees them, taken in n8n's own editor."""

from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright

from local.workflows.deploy import usable
from local.workflows.files import WorkflowFile, read_workflows
from local.workflows.geometry import node_box
from local.workflows.settings import REPOSITORY, DeploySettings

IMAGES_FOLDER = REPOSITORY / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NODE = '[data-test-id="canvas-node"]'
_MARGIN = 160
_FRAME = 16
_SCALE = 0.8
_HIDDEN = """
    .vue-flow__controls, .vue-flow__minimap, .tab-bar-container, [class*="nodeButtonsWrapper"],
    [class*="executionButtons"], [data-test-id="canvas-handle-plus-wrapper"],
    [data-test-id="canvas-handle-plus"] { display: none !important; }
"""
_EXTENT = """() => {
    const nodes = [...document.querySelectorAll(".vue-flow__node")];
    const boxes = nodes.map((node) => node.getBoundingClientRect());
    return [
        Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top)),
        Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom)),
    ];
}"""
_SETTLE_MS = 1500


def take_screenshots(settings: DeploySettings, folder: Path = IMAGES_FOLDER) -> list[Path]:
    """Write one picture for each workflow file; returns their paths.

    The workflows must be deployed. The picture shows the canvas only, at its own size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        _log_in(page, settings)
        files = usable(read_workflows(), settings)
        pictures = [_picture(page, settings, file, folder) for file in files]
        browser.close()
    return pictures


def _log_in(page: Page, settings: DeploySettings) -> None:
    body = {
        "emailOrLdapLoginId": settings.owner_email,
        "password": settings.owner_password.get_secret_value(),
    }
    page.request.post(f"{settings.url}/rest/login", data=body)


def _picture(page: Page, settings: DeploySettings, file: WorkflowFile, folder: Path) -> Path:
    width, height = _canvas_size(file)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{settings.url}/workflow/{file.id}")
    page.wait_for_selector(_NODE)
    page.wait_for_timeout(_SETTLE_MS)
    page.add_style_tag(content=_HIDDEN)
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_timeout(_SETTLE_MS)
    left, top, right, bottom = page.evaluate(_EXTENT)
    clip = FloatRect(
        x=left - _FRAME,
        y=top - _FRAME,
        width=right - left + 2 * _FRAME,
        height=bottom - top + 2 * _FRAME,
    )
    path = folder / f"{file.path.stem}.png"
    page.screenshot(path=path, clip=clip)
    return path


def _canvas_size(file: WorkflowFile) -> tuple[int, int]:
    """Return a viewport in which the workflow fits at about four fifths of its size."""
    boxes = [node_box(node) for node in file.workflow["nodes"]]
    width = max(b.right for b in boxes) - min(b.left for b in boxes) + 2 * _MARGIN
    height = max(b.bottom for b in boxes) - min(b.top for b in boxes) + 2 * _MARGIN
    return int(width * _SCALE), int(height * _SCALE)
