#!/bin/bash
# Runs once, when the volume is empty: a role and a database each for the warehouse and for Airflow's own tables.
# Neither role can enter the other's database. Then the platform's groups, which the warehouse's role works through but
# may not make itself: logins for people are made by whoever has the superuser's password (docs/roles.md).
set -euo pipefail

make_database() {
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
        --set role="$1" --set database="$1" --set password="$2" <<'SQL'
create role :"role" login nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
create database :"database" owner :"role" encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' template template0;
revoke connect, temporary on database :"database" from public;
SQL
}

make_database ttdn "$TTDN_DB_PASSWORD"
make_database airflow "$TTDN_AIRFLOW_DB_PASSWORD"

psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --single-transaction \
    --file "${TTDN_ROLES_FILE:-/opt/ttdn-roles.sql}" \
    --command 'grant ttdn_migrator, ttdn_loader, ttdn_mart_builder, ttdn_extractor, ttdn_releaser to ttdn'
