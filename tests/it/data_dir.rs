//! `tidings serve` without any setting: a private database and a key, made once and found again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::Method;

use crate::support::process::{Process, Tidings, folder};

#[tokio::test]
async fn a_data_folder_belongs_to_one_server_and_keeps_its_key() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let path = data_dir.to_str().unwrap();
    let serve = || Tidings::serve(&["--data-dir", path]);
    let server = serve().up().await;
    let key_file = data_dir.join("secret_key");
    let key = fs::read_to_string(&key_file).unwrap();
    let mode = fs::metadata(&key_file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(key.trim().len() >= 32);

    serve().run().await.expect(6).in_one_line();
    server.call(Method::GET, "/readyz").send().await.expect(200);

    // Other commands use the database that runs.
    let create = Tidings::new(&["--data-dir", path, "keys", "create", "cms"]);
    let printed = create.run().await.expect(0).stdout;
    let api_key = printed.trim_end();
    let newsletters = |server: &Process| {
        let call = server.api(api_key, Method::GET, "/newsletters");
        call.send()
    };
    newsletters(&server).await.expect(200);
    let ran = server.stop().await.expect(0);
    for secret in [key.trim(), api_key] {
        assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret));
    }
    assert!(!data_dir.join("pg/postmaster.pid").exists());

    let again = serve().up().await;
    newsletters(&again).await.expect(200);
    again.stop().await.expect(0);
    assert_eq!(fs::read_to_string(&key_file).unwrap(), key);

    // Nobody is running it now: a command starts it for itself and stops it again.
    let listed = Tidings::new(&["--data-dir", path, "keys", "list"]);
    assert!(listed.run().await.expect(0).stdout.contains("cms"));
    assert!(!data_dir.join("pg/postmaster.pid").exists());

    fs::write(&key_file, "cut off").unwrap();
    serve()
        .run()
        .await
        .expect(1)
        .says(&["secret_key is damaged", "restore it from a backup"]);
}
