//! Folders that services live in, and how those are configured.

use std::iter;

use tempfile::TempDir;
use yekta::config::{LoadOptions, Settings};

/// What every town's configuration file begins with: telephone numbers are Iranian, and one source may alias.
const FILE: &str = r#"
[channels]
web.region = "IR"
mobile.region = "IR"
store.region = "IR"
callcenter.region = "IR"

[sources.crm]
prefix = "crm"
may_alias = true
"#;

/// A folder with the keys of this number.
pub fn keys(number: u8) -> TempDir {
    let dir = crate::scratch::folder();
    let tenant = dir.path().join("data/default");
    std::fs::create_dir_all(&tenant).unwrap();
    let secret = data_encoding::HEXLOWER.encode(&[number; 32]);
    std::fs::write(tenant.join("secrets"), format!("{secret}\n{secret}\n")).unwrap();
    dir
}

/// The settings of a town in `dir`, with `more` in its file.
pub fn settings(dir: &TempDir, more: &str) -> Settings {
    let file = dir.path().join("yekta.toml");
    std::fs::write(&file, format!("{FILE}{more}")).unwrap();
    let data = dir.path().join("data").to_str().unwrap().to_owned();
    // Whoever asks is answered, however busy the machine is.
    let waits = ["http.request_timeout_ms", "engine.submit_wait_ms"].map(|key| (key.into(), "60000".into()));
    // Its folder may be in memory.
    let ballast = ("data.ballast_bytes".to_owned(), "0".to_owned());
    let settings = Settings::load(LoadOptions {
        file: Some(file),
        env: iter::empty(),
        overrides: [("data.dir".to_owned(), data), ballast]
            .into_iter()
            .chain(waits)
            .collect(),
    });
    settings.unwrap()
}
