"""Back-up and restore of the services' database."""
