"""What the deploy tool needs to know, and what it seeds the `Settings` table with."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config

REPOSITORY = Path(__file__).parents[2]


class DeploySettings(BaseSettings):
    """Where n8n is, how to log in, and the secrets that become n8n credentials."""

    model_config = settings_config("N8N_")

    url: str = Field(
        default="http://127.0.0.1:5678", description="Base URL of n8n, as this machine sees it."
    )
    owner_email: str = Field(
        default="lead@larkspur.example",
        validation_alias="LOCAL_N8N_OWNER_EMAIL",
        description="Log-in of the n8n editor.",
    )
    owner_password: SecretStr = Field(
        min_length=8,
        validation_alias="LOCAL_N8N_OWNER_PASSWORD",
        description="Log-in of the n8n editor: a capital and a digit are required.",
    )
    webhook_key: SecretStr = Field(
        min_length=16,
        description="What the ledger presents, as X-Deskloop-Key, when it calls n8n's webhooks.",
    )
    service_token: SecretStr = Field(
        validation_alias="DESKLOOP_TOKEN",
        min_length=16,
        description="Bearer token every caller of a service presents.",
    )
    helpdesk_username: str = Field(
        default="deskloop", description="The helpdesk user that posts answers and notes."
    )
    helpdesk_password: SecretStr = Field(
        validation_alias="LOCAL_HELPDESK_BOT_PASSWORD",
        description="Password of that helpdesk user.",
    )
    zendesk_url: str = Field(
        default="",
        pattern=r"^(https://[a-z0-9-]+\.zendesk\.com)?$",
        description="https://<subdomain>.zendesk.com; empty: Zendesk is not used and its workflows "
        "are not deployed (docs/helpdesks/zendesk.md).",
    )
    zendesk_agent_email: str = Field(
        default="", description="Log-in of the Zendesk agent as whom Deskloop replies."
    )
    zendesk_api_token: SecretStr | None = Field(
        default=None, description="API token of Zendesk, from Admin Center → API tokens."
    )
    intercom_url: str = Field(
        default="",
        pattern=r"^(https://api(\.eu|\.au)?\.intercom\.io)?$",
        description="https://api.intercom.io, or api.eu or api.au where the workspace is there; "
        "empty: Intercom is not used (docs/helpdesks/intercom.md).",
    )
    intercom_access_token: SecretStr | None = Field(
        default=None, description="Access token of our app in Intercom's Developer Hub."
    )
    freshdesk_url: str = Field(
        default="",
        pattern=r"^(https://[a-z0-9-]+\.freshdesk\.com)?$",
        description="https://<domain>.freshdesk.com; empty: Freshdesk is not used and its "
        "workflows are not deployed (docs/helpdesks/freshdesk.md).",
    )
    freshdesk_api_key: SecretStr | None = Field(
        default=None,
        description="API key of the Freshdesk agent as whom Deskloop replies (Profile settings).",
    )
    mail_url: str = Field(
        default="",
        description="The mail service, as n8n sees it; empty: no mailbox is read "
        "(docs/helpdesks/email.md).",
    )
    webhook_reply_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where answers to tickets of the generic webhook are posted; empty: not used "
        "(docs/helpdesks/webhook.md).",
    )
    state_folder: Path = Field(
        default=REPOSITORY / "local" / ".state",
        description="Where the deploy tool keeps its n8n API key.",
    )


class TableSeed(BaseSettings):
    """The first values of the `Settings` table; after that the support lead edits the table.

    Each field is a column: text for `str`, number for `float` and `int`.
    """

    model_config = settings_config("N8N_")

    classify_url: str = Field(
        default="http://127.0.0.1:8101", description="The classify step, as n8n sees it."
    )
    rules_url: str = Field(
        default="http://127.0.0.1:8102", description="The rules step, as n8n sees it."
    )
    retrieve_url: str = Field(
        default="http://127.0.0.1:8103", description="The retrieve step, as n8n sees it."
    )
    draft_url: str = Field(
        default="http://127.0.0.1:8104", description="The draft step, as n8n sees it."
    )
    store_correction_url: str = Field(
        default="http://127.0.0.1:8105", description="The store-correction step, as n8n sees it."
    )
    ledger_url: str = Field(
        default="http://127.0.0.1:8106", description="The ledger, as n8n sees it."
    )
    helpdesk_url: str = Field(
        default="http://127.0.0.1:8108", description="The helpdesk, as n8n sees it."
    )
    zendesk_url: str = Field(
        default="", description="Zendesk, as https://<subdomain>.zendesk.com; empty: not used."
    )
    zendesk_agent_email: str = Field(
        default="", description="The Zendesk agent as whom Deskloop replies and takes notes."
    )
    zendesk_review_group_id: int = Field(
        default=0, description="Zendesk group that gets drafts to review; 0 leaves the group."
    )
    zendesk_human_group_id: int = Field(
        default=0, description="Zendesk group that gets tickets for a human; 0 leaves the group."
    )
    intercom_url: str = Field(
        default="", description="Intercom, as https://api.intercom.io; empty: not used."
    )
    intercom_admin_id: int = Field(
        default=0, description="The teammate in Intercom as whom Deskloop replies and takes notes."
    )
    intercom_review_team_id: int = Field(
        default=0, description="Intercom team that gets drafts to review; 0 leaves the team."
    )
    intercom_human_team_id: int = Field(
        default=0,
        description="Intercom team that gets conversations for a human; 0 leaves the team.",
    )
    freshdesk_url: str = Field(
        default="", description="Freshdesk, as https://<domain>.freshdesk.com; empty: not used."
    )
    freshdesk_agent_id: int = Field(
        default=0, description="Id of the Freshdesk agent as whom Deskloop replies and takes notes."
    )
    freshdesk_review_group_id: int = Field(
        default=0, description="Freshdesk group that gets drafts to review; 0 leaves the group."
    )
    freshdesk_human_group_id: int = Field(
        default=0, description="Freshdesk group that gets tickets for a human; 0 leaves the group."
    )
    mail_url: str = Field(default="", description="The mail service; empty: not used.")
    webhook_reply_url: str = Field(
        default="", description="Where the generic webhook gets its answers; empty: not used."
    )
    email_settled_hours: float = Field(
        default=24,
        ge=0,
        description="So long nobody may write after an agent's e-mail before it is a lesson.",
    )
    tag_language: int = Field(
        default=1,
        ge=0,
        le=1,
        description="1: tickets in Zendesk, Intercom and Freshdesk carry their language as a tag, "
        "`lang_de`; 0: no such tag.",
    )
    minimum_probability_to_send: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Less probable answers go to review, whatever the rules allow; 0: no minimum.",
    )
    minimum_similarity: float = Field(
        default=0.78, ge=0, le=1, description="How similar a past correction must be to count."
    )
    documents: int = Field(
        default=5, ge=0, le=50, description="How many help sections a draft may use."
    )
    corrections: int = Field(
        default=3, ge=0, le=50, description="How many past corrections a draft may use."
    )
    review_assignee_id: int = Field(
        default=0, description="Helpdesk user who gets drafts to review; 0 assigns nobody."
    )
    human_assignee_id: int = Field(
        default=0, description="Helpdesk user who gets tickets for a human; 0 assigns nobody."
    )
    reconcile_after_minutes: int = Field(
        default=3, ge=0, description="How old a ticket is before its webhook counts as lost."
    )
    reconcile_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="How far back a helpdesk's tickets are looked through for lost webhooks. "
        "After a longer outage, set it to its length for one run.",
    )
    forget_after_days: int = Field(
        default=365,
        ge=0,
        description="Tickets on which nothing happened for so long are emptied; 0: never.",
    )
    forget_corrections: int = Field(
        default=0,
        ge=0,
        le=1,
        description="1: what agents taught with those tickets is deleted with them; 0: it is kept.",
    )
    quality_sample_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of what was sent automatically that people judge each day; 0: none.",
    )
    learn_from_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="How far back the nightly learning looks for what people found.",
    )
    help_centre_source: str = Field(
        default="none",
        description="Where help articles come from each night: `zendesk`, `intercom`, "
        "`freshdesk`, `folder`, `sitemap` or `none`.",
    )
    help_centre_locales: str = Field(
        default="",
        description="Languages of the help centre's articles, as it writes them; empty: all.",
    )
    help_centre_sitemap_url: str = Field(
        default="", description="Address of the sitemap that lists the help centre's pages."
    )
    help_centre_pages_with: str = Field(
        default="", description="Part of the address that articles share; empty: every page."
    )
    help_centre_content: str = Field(
        default="main", description="CSS selector of the article's text on a page."
    )
    help_centre_removal_limit: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Largest share of the articles that one night may remove.",
    )
