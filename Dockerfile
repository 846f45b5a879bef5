# One image for all services and for the set-up; what runs is the command of docker-compose.yml.
ARG PYTHON_IMAGE=python:3.11.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
# neither the one-machine set-up nor the tools of development
RUN uv sync --frozen --no-dev --no-group local --no-group dev

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin deskloop \
    && install -d -o deskloop -m 700 /var/lib/deskloop \
    && install -d -o deskloop -m 755 /run/deskloop
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY services services
COPY sql sql
COPY config config
COPY n8n-workflows n8n-workflows
COPY local/__init__.py local/owner_hash.py local/
COPY local/workflows local/workflows
COPY local/backup local/backup
COPY local/privacy local/privacy
USER deskloop
CMD ["python", "-c", "print('name a service: see docker-compose.yml')"]
