"""Django's settings, all derived from LocalSettings."""

from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from local.helpdesk.options import HelpdeskOptions

OPTIONS = HelpdeskOptions()
_database = conninfo_to_dict(OPTIONS.database_url.get_secret_value())

SECRET_KEY = OPTIONS.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *OPTIONS.extra_hosts]
ROOT_URLCONF = "local.helpdesk.urls"
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
# names the base of attachments' links and of the links in e-mails
SECURE_SSL_REDIRECT = False

INSTALLED_APPS = [
    "local.helpdesk.apps.DeskloopHelpdesk",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.humanize",
    "rest_framework",
    "helpdesk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database["dbname"],
        "USER": _database["user"],
        "PASSWORD": _database["password"],
        "HOST": _database["host"],
        "PORT": _database["port"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = OPTIONS.state / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = OPTIONS.state / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGIN_URL = "helpdesk:login"
LOGIN_REDIRECT_URL = "helpdesk:home"
LOGOUT_REDIRECT_URL = "helpdesk:home"

# letters to customers are written to files: the demo must not send e-mail to anybody
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = OPTIONS.state / "mail"
DEFAULT_FROM_EMAIL = "support@larkspur.example"

HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_KB_ENABLED = True
HELPDESK_KANBAN_ENABLED = False
HELPDESK_PUBLIC_TICKET_QUEUE = "support"
HELPDESK_PUBLIC_TICKET_PRIORITY = 3
HELPDESK_PUBLIC_TICKET_DUE_DATE = None
HELPDESK_PUBLIC_TICKET_FORM_CLASS = "local.helpdesk.forms.SupportForm"
HELPDESK_STAFF_ONLY_TICKET_OWNERS = True
HELPDESK_STAFF_ONLY_TICKET_CC = True
HELPDESK_EMAIL_REOPEN_STATUSES = (3, 4)
HELPDESK_PRIVATE_FOLLOWUP_MEANS_NO_EMAILS = True
HELPDESK_NAVIGATION_ENABLED = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "local.helpdesk.authentication.BotAuthentication",
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # django-helpdesk logs the titles of tickets at INFO
    "loggers": {
        "helpdesk": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
    },
}
