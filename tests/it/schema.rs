//! Migrations: up, down, at once, too new; and `src/schema.rs`, which is written from them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{fs, thread};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use tidings::store::{self, migrations};

use crate::support::cluster::Database;
use crate::support::{migrate, try_to_migrate};

/// Set by `make schema`: the file is written anew and not compared.
const WRITE: &str = "TIDINGS_WRITE_SCHEMA";

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    is_nullable: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

const COLUMNS: &str = r#"
    SELECT table_name::text AS table, column_name::text AS name, udt_name::text AS kind, is_nullable::text
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name NOT LIKE '\_\_%'
     ORDER BY table_name COLLATE "C", ordinal_position"#;

const PRIMARY_KEYS: &str = r#"
    SELECT table_name::text AS table, column_name::text AS name, ''::text AS kind, ''::text AS is_nullable
      FROM information_schema.table_constraints
      JOIN information_schema.key_column_usage USING (constraint_schema, constraint_name, table_name)
     WHERE constraint_type = 'PRIMARY KEY' AND table_name NOT LIKE '\_\_%'
     ORDER BY table_name COLLATE "C", ordinal_position"#;

/// What a database consists of, one line each; extensions of the server and diesel's own table not counted.
const EVERYTHING: &str = r"
    SELECT 'class ' || relname || ' ' || relkind::text AS row FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\_\_diesel%'
    UNION ALL
    SELECT 'column ' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
           || CASE WHEN attnotnull THEN ' not null' ELSE '' END FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\_\_diesel%' AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
     WHERE schemaname = 'public' AND tablename NOT LIKE '\_\_diesel%'
    UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE '\_\_diesel%'
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'type ' || typname FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%\_\_diesel%'
    ORDER BY 1";

/// diesel's name of a PostgreSQL type.
fn diesel_type(kind: &str) -> String {
    let name = match kind {
        "uuid" => "Uuid",
        "text" => "Text",
        "bool" => "Bool",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "float8" => "Float8",
        "timestamptz" => "Timestamptz",
        "timestamp" => "Timestamp",
        "date" => "Date",
        "bytea" => "Bytea",
        "jsonb" => "Jsonb",
        other => {
            let member = other
                .strip_prefix('_')
                .unwrap_or_else(|| panic!("add the type {other} to this table"));
            return format!("Array<{}>", diesel_type(member));
        }
    };
    name.to_owned()
}

fn by_table(conn: &mut PgConnection, query: &str) -> BTreeMap<String, Vec<Column>> {
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for column in sql_query(query).load::<Column>(conn).unwrap() {
        tables.entry(column.table.clone()).or_default().push(column);
    }
    tables
}

/// The text of `src/schema.rs` for a database.
fn written(conn: &mut PgConnection) -> String {
    let (tables, keys) = (by_table(conn, COLUMNS), by_table(conn, PRIMARY_KEYS));
    let mut text =
        "// Generated from the migrations by `make schema`; a test fails when they differ.\n\n"
            .to_owned();
    for (table, columns) in &tables {
        let key: Vec<&str> = keys[table]
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        writeln!(
            text,
            "diesel::table! {{\n    {table} ({}) {{",
            key.join(", ")
        )
        .unwrap();
        for column in columns {
            let kind = diesel_type(&column.kind);
            let kind = if column.is_nullable == "YES" {
                format!("Nullable<{kind}>")
            } else {
                kind
            };
            writeln!(text, "        {} -> {kind},", column.name).unwrap();
        }
        text.push_str("    }\n}\n\n");
    }
    // As rustfmt wants it.
    let names: Vec<String> = tables.keys().map(|name| format!("    {name}")).collect();
    writeln!(
        text,
        "diesel::allow_tables_to_appear_in_same_query!(\n{}\n);",
        names.join(",\n")
    )
    .unwrap();
    text
}

fn everything(conn: &mut PgConnection) -> Vec<String> {
    sql_query(EVERYTHING)
        .load::<Row>(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.row)
        .collect()
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "cargo passes nothing else on to a test"
)]
fn the_schema_in_the_program_is_that_of_the_migrations() {
    let file = folder("src/schema.rs");
    let text = written(&mut Database::migrated().connect());
    if std::env::var_os(WRITE).is_some() {
        fs::write(file, text).unwrap();
        return;
    }
    assert!(
        fs::read_to_string(file).unwrap() == text,
        "run `make schema`"
    );
}

#[test]
fn every_migration_can_be_undone() {
    let mut conn = Database::empty().connect();
    let before = everything(&mut conn);
    let source = FileBasedMigrations::from_path(folder("migrations")).unwrap();
    let mut states = Vec::new();
    while conn.has_pending_migration(source.clone()).unwrap() {
        states.push(everything(&mut conn));
        conn.run_next_migration(source.clone()).unwrap();
    }
    let complete = everything(&mut conn);
    assert!(states.len() > 1 && complete.len() > before.len());
    while let Some(state) = states.pop() {
        let undone = conn.revert_last_migration(source.clone()).unwrap();
        assert_eq!(everything(&mut conn), state, "after {undone} was undone");
    }
    assert_eq!(everything(&mut conn), before);
    migrate(&mut conn);
    assert_eq!(everything(&mut conn), complete);
}

#[test]
fn servers_that_start_at_once_migrate_once() {
    let database = Database::empty();
    let counts = thread::scope(|scope| {
        let start = || migrate(&mut database.connect()).len();
        let servers: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        let mut counts: Vec<usize> = servers
            .into_iter()
            .map(|server| server.join().unwrap())
            .collect();
        counts.sort_unstable();
        counts
    });
    let all = fs::read_dir(folder("migrations"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(counts, [0, 0, 0, all.count()]);
    migrations::check(&mut database.connect()).unwrap();
    assert_eq!(
        everything(&mut database.connect()),
        everything(&mut Database::migrated().connect())
    );
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let mut conn = Database::migrated().connect();
    let statement = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    conn.batch_execute(statement).unwrap();
    let before = everything(&mut conn);
    for result in [
        migrations::check(&mut conn),
        try_to_migrate(&mut conn).map(drop),
    ] {
        match result {
            Err(store::Error::SchemaTooNew { version }) => assert_eq!(version, "29990101000001"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(everything(&mut conn), before);
}

#[test]
fn an_empty_database_lacks_every_migration() {
    let mut conn = Database::empty().connect();
    let pending = migrations::status(&mut conn).unwrap().pending;
    assert!(pending.len() > 1, "{pending:?}");
    assert!(
        matches!(migrations::check(&mut conn), Err(store::Error::SchemaTooOld { count }) if count == pending.len())
    );
}
