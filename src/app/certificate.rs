//! The certificate that a service speaks TLS by, or makes for whoever tries it: a camera in a telephone's browser wants
//! https, and nobody has a certificate for a machine on a desk.

use std::{
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use thiserror::Error;

use crate::{
    config::{self, Settings},
    http::tls::{CertificateFiles, Tls, TlsError},
};

/// Days that a certificate of our own holds; browsers take none that holds for longer than 398.
const DAYS: i64 = 365;
/// One that holds for fewer is made anew.
const DAYS_LEFT: i64 = 30;

/// Why a service has no certificate.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The one that is named cannot be used.
    #[error("speak TLS by http.tls_cert_file and http.tls_key_file")]
    Named(#[source] TlsError),
    /// The one that was made cannot be used.
    #[error("speak TLS by the certificate that --dev-certificate made; remove it, and a new one is made")]
    Ours(#[source] TlsError),
    /// None can be made.
    #[error("make the certificate of --dev-certificate")]
    Make(#[from] rcgen::Error),
    /// It cannot be kept.
    #[error("keep the certificate of --dev-certificate in {}", path.display())]
    Keep {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What connections to a service that listens on `address` are kept from others' eyes by, if they are.
pub(crate) fn tls(settings: &Settings, address: SocketAddr) -> Result<Option<Tls>, CertificateError> {
    match &settings.http.tls {
        config::Tls::Off | config::Tls::ByProxy => Ok(None),
        config::Tls::Files(files) => Tls::load(files.clone())
            .map(Some)
            .map_err(CertificateError::Named),
        config::Tls::Development => {
            let names = names(settings.http.public_url.as_deref(), address);
            let files = ours(&settings.data.dir, &names, Timestamp::now())?;
            tracing::warn!(
                certificate = %files.chain.display(),
                "speak TLS by a certificate that no browser knows: for trying, not for customers"
            );
            Tls::load(files).map(Some).map_err(CertificateError::Ours)
        }
    }
}

/// Whom the certificate is for: this machine, and how others are told to reach it.
fn names(public_url: Option<&str>, address: SocketAddr) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    if !address.ip().is_unspecified() {
        names.push(address.ip().to_canonical().to_string());
    }
    let public = public_url.and_then(|url| url.parse::<axum::http::Uri>().ok());
    let host = public.as_ref().and_then(|url| url.host());
    names.extend(host.map(|host| host.trim_matches(['[', ']']).to_owned()));
    names.sort();
    names.dedup();
    names
}

/// The certificate in `folder` that is for `names`, made where there is none, or none that holds long enough.
fn ours(folder: &Path, names: &[String], now: Timestamp) -> Result<CertificateFiles, CertificateError> {
    let files = CertificateFiles {
        chain: folder.join("dev-certificate.pem"),
        key: folder.join("dev-certificate.key"),
    };
    let today = now.to_zoned(TimeZone::UTC);
    let is_good = fs::read_to_string(&files.chain).is_ok_and(|text| holds(&text, names, &today));
    if is_good && files.key.exists() {
        return Ok(files);
    }
    let until = later(&today, DAYS);
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let date = |day: &Zoned| date_time_ymd(i32::from(day.year()), part(day.month()), part(day.day()));
    params.not_before = date(&today);
    params.not_after = date(&until);
    params.distinguished_name = DistinguishedName::new();
    let name = "Yekta, for trying";
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.self_signed(&key)?;
    let chain = format!("{}\n{}", heading(names, &until), certificate.pem());
    fs::create_dir_all(folder).map_err(|source| CertificateError::Keep {
        path: folder.to_owned(),
        source,
    })?;
    keep(&files.key, &key.serialize_pem())?;
    keep(&files.chain, &chain)?;
    Ok(files)
}

/// What stands before the certificate, where PEM lets anything stand: whom it is for and until when.
fn heading(names: &[String], until: &Zoned) -> String {
    format!("# For {}, until {}", names.join(", "), until.date())
}

fn holds(text: &str, names: &[String], today: &Zoned) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let (first, last) = (DAYS_LEFT, DAYS);
    (first..=last).any(|days| line == heading(names, &later(today, days)))
}

fn later(day: &Zoned, days: i64) -> Zoned {
    day.checked_add(days.days()).unwrap_or_else(|_| day.clone())
}

/// Writes a file that nobody else may read.
fn keep(path: &Path, text: &str) -> Result<(), CertificateError> {
    let failed = |source| CertificateError::Keep {
        path: path.to_owned(),
        source,
    };
    // A file that is there already keeps the permissions it has: so it is made anew.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}
