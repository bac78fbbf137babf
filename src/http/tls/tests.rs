//! What connections are shown while certificates come and go.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, routing::get};
use rcgen::generate_simple_self_signed;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::{
    TlsConnector, client,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    http::{
        connections::{Bounded, Bounds},
        serve::serve,
    },
    telemetry::Registry,
};

const EVERY: Duration = Duration::from_millis(20);

/// A folder with a certificate.
struct Kept {
    dir: TempDir,
    files: CertificateFiles,
}

impl Kept {
    fn new() -> (Self, CertificateDer<'static>) {
        let dir = tempfile::tempdir().unwrap();
        let files = CertificateFiles {
            chain: dir.path().join("chain.pem"),
            key: dir.path().join("key.pem"),
        };
        let kept = Self { dir, files };
        let certificate = kept.renew();
        (kept, certificate)
    }

    fn renew(&self) -> CertificateDer<'static> {
        let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&self.files.chain, made.cert.pem()).unwrap();
        fs::write(&self.files.key, made.signing_key.serialize_pem()).unwrap();
        made.cert.der().clone()
    }
}

struct Edge {
    address: SocketAddr,
    registry: Registry,
    stop: CancellationToken,
}

/// A service that speaks TLS by the files, on four connections.
async fn edge(files: CertificateFiles) -> Edge {
    let registry = Registry::new("1").unwrap();
    let metrics = HttpMetrics::register(&registry).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = Tls::load(files).unwrap();
    let bounds = Bounds {
        connections_max: 4,
        // Whoever greets is heard in that time on a busy machine, too.
        idle_timeout: Duration::from_secs(3),
        metrics: metrics.clone(),
    };
    let listener = Bounded::new(listener, Some(tls.greeter()), bounds);
    tokio::spawn(tls.follow(EVERY, metrics));
    let router = Router::new().route("/", get(async || "sara"));
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, router, stop.clone(), Duration::from_secs(60)));
    Edge {
        address,
        registry,
        stop,
    }
}

/// A connection to the service of `trusted`.
async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> io::Result<client::TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn ask(stream: &mut client::TlsStream<TcpStream>) -> String {
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = vec![0; 4_096];
    let mut read = 0;
    while !answer[..read].ends_with(b"sara") {
        let more = stream.read(&mut answer[read..]).await.unwrap();
        assert!(more > 0, "{}", String::from_utf8_lossy(&answer[..read]));
        read += more;
    }
    String::from_utf8(answer[..read].to_vec()).unwrap()
}

/// How often the files held no certificate to use.
fn refusals(edge: &Edge) -> u64 {
    let told = edge.registry.render().unwrap();
    let mut lines = told.lines();
    let count = lines.find_map(|line| line.strip_prefix("yekta_http_certificates_refused_total "));
    count.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_to_who_comes_then_and_a_broken_one_to_nobody() {
    let (kept, first) = Kept::new();
    let edge = edge(kept.files.clone()).await;
    let mut early = connect(edge.address, &first).await.unwrap();
    assert!(ask(&mut early).await.starts_with("HTTP/1.1 200"));
    let second = kept.renew();
    let mut late = loop {
        if let Ok(stream) = connect(edge.address, &second).await {
            break stream;
        }
        ask(&mut early).await;
        tokio::time::sleep(EVERY).await;
    };
    ask(&mut late).await;
    assert!(connect(edge.address, &first).await.is_err());
    // A certificate whose key has not come yet.
    let key = fs::read(&kept.files.key).unwrap();
    kept.renew();
    fs::write(&kept.files.key, key).unwrap();
    let before = refusals(&edge);
    while refusals(&edge) < before + 2 {
        tokio::time::sleep(EVERY).await;
    }
    ask(&mut connect(edge.address, &second).await.unwrap()).await;
    edge.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_greets_slowly_or_speaks_no_tls_holds_nobody_up() {
    let (kept, certificate) = Kept::new();
    let edge = edge(kept.files.clone()).await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(TcpStream::connect(edge.address).await.unwrap());
    }
    // All places are taken until the silent ones have been so for too long.
    ask(&mut connect(edge.address, &certificate).await.unwrap()).await;
    let mut plain = TcpStream::connect(edge.address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).await.ok();
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    ask(&mut connect(edge.address, &certificate).await.unwrap()).await;
    edge.stop.cancel();
}

#[test]
fn what_cannot_be_used_is_named() {
    let (kept, _) = Kept::new();
    let said = |files: &CertificateFiles| Tls::load(files.clone()).unwrap_err().to_string();
    let key = fs::read(&kept.files.key).unwrap();
    kept.renew();
    fs::write(&kept.files.key, &key).unwrap();
    assert!(said(&kept.files).contains("expected one that fits its key"));
    fs::write(&kept.files.key, "x").unwrap();
    assert!(said(&kept.files).contains("key.pem: expected a private key in PEM"));
    fs::remove_file(&kept.files.key).unwrap();
    assert!(said(&kept.files).contains("key.pem"));
    drop(kept.dir);
}
