"""The public form, as a shop would have it."""

from helpdesk.forms import PublicTicketForm


class SupportForm(PublicTicketForm):
    """A customer may leave the description empty: some say it all in the subject."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].required = False
        self.fields["title"].label = "What is it about?"
        self.fields["body"].label = "Your question"
