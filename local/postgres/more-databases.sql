-- n8n keeps its own database beside the services'.
CREATE DATABASE n8n;
