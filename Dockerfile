# One image for web, worker, beat and migrate; docker-compose.yml says what each runs.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/handoff/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/handoff/venv/bin/pip install --requirement /tmp/requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/handoff/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HANDOFF_MODE=production \
    HANDOFF_VAR=/var/lib/handoff
RUN useradd --system --uid 10001 --home-dir /var/lib/handoff --create-home handoff
COPY --from=build /opt/handoff/venv /opt/handoff/venv
WORKDIR /opt/handoff/app
COPY manage.py ./
COPY connectors connectors
COPY monitor monitor
COPY templates templates
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "monitor.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
