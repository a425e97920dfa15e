FROM python:3.13-slim

RUN useradd --create-home crowdblend && install -d -o crowdblend /srv/crowdblend /var/lib/crowdblend
WORKDIR /srv/crowdblend

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY manage.py ./
COPY aggregator aggregator
COPY tournaments tournaments

ENV CROWDBLEND_ENV=production VAR_DIR=/var/lib/crowdblend STATIC_DIR=/srv/crowdblend/static
# Gathering static files needs settings that are complete, not ones that are true.
RUN SECRET_KEY=unused-unused-unused-unused-unused-unused-unused-unused ALLOWED_HOSTS=unused \
    BASE_URL=https://unused DATABASE_URL=postgresql://unused REDIS_URL=redis://unused \
    python manage.py collectstatic --no-input

USER crowdblend
VOLUME /var/lib/crowdblend
EXPOSE 8000
CMD ["gunicorn", "--config", "python:aggregator.web_server", "aggregator.wsgi"]
