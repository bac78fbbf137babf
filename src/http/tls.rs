//! TLS of the edge: a certificate that is read anew while the service runs, as whoever renews it expects.
//!
//! Connections that are open keep the certificate they began with. A file that cannot be used changes nothing: the
//! certificate before it stays, and that is said.

mod transport;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use thiserror::Error;
use tokio::{net::TcpStream, sync::watch};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use crate::{
    followed::{self, Files, Look},
    telemetry::HttpMetrics,
};

pub(crate) use self::transport::Transport;

/// What a connection speaks above TLS.
const PROTOCOL: &[u8] = b"http/1.1";

/// Files with the certificate of a service, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain, the service's own certificate first.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("read {}: expected {expected} in PEM", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// The certificate and the key do not fit, or are of a kind that is not spoken.
    #[error("use the certificate in {}: expected one that fits its key", path.display())]
    Refused {
        /// Where the certificate is.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
}

/// What the files held, to tell whether they hold something else. `Debug` shows nothing.
#[derive(PartialEq, Eq)]
struct Contents {
    chain: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Contents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Contents(…)")
    }
}

impl CertificateFiles {
    fn read(&self) -> Result<Contents, TlsError> {
        let read = |path: &Path| {
            fs::read(path).map_err(|source| TlsError::File {
                path: path.to_owned(),
                source,
            })
        };
        Ok(Contents {
            chain: read(&self.chain)?,
            key: read(&self.key)?,
        })
    }

    fn config(&self, contents: &Contents) -> Result<ServerConfig, TlsError> {
        let malformed = |path: &Path, expected| {
            let path = path.to_owned();
            move |source| TlsError::Pem {
                path,
                expected,
                source,
            }
        };
        let refused = |source| TlsError::Refused {
            path: self.chain.clone(),
            source,
        };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&contents.chain)
            .collect::<Result<_, _>>()
            .map_err(malformed(&self.chain, "a chain of certificates"))?;
        let key =
            PrivateKeyDer::from_pem_slice(&contents.key).map_err(malformed(&self.key, "a private key"))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(refused)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(refused)?;
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(config)
    }
}

/// The certificate that new connections are shown.
#[derive(Debug)]
pub struct Tls {
    files: CertificateFiles,
    seen: Contents,
    current: watch::Sender<Arc<ServerConfig>>,
}

/// Greets connections with the certificate of the moment.
#[derive(Clone, Debug)]
pub struct Greeter(watch::Receiver<Arc<ServerConfig>>);

impl Tls {
    /// Reads the certificate.
    ///
    /// # Errors
    /// [`TlsError`] where it cannot be used.
    pub fn load(files: CertificateFiles) -> Result<Self, TlsError> {
        let seen = files.read()?;
        let current = watch::Sender::new(Arc::new(files.config(&seen)?));
        Ok(Self { files, seen, current })
    }

    /// Who greets new connections with it.
    pub fn greeter(&self) -> Greeter {
        Greeter(self.current.subscribe())
    }

    /// Looks at the files `every` so often, and takes what they hold then. Never ends.
    pub async fn follow(self, every: Duration, metrics: HttpMetrics) {
        followed::follow(self, every, move || metrics.certificate_refused()).await;
    }

    /// Takes what the files hold, if it is something else; whether it was.
    fn renewed(&mut self) -> Result<bool, TlsError> {
        let contents = self.files.read()?;
        if contents == self.seen {
            return Ok(false);
        }
        // Whoever renews writes two files: the first alone does not fit, and is looked at again with the second.
        let config = self.files.config(&contents)?;
        self.seen = contents;
        self.current.send_replace(Arc::new(config));
        Ok(true)
    }
}

impl Files for Tls {
    const WHAT: &'static str = "certificate";
    type Error = TlsError;

    fn look(&mut self) -> Look<TlsError> {
        self.renewed().into()
    }
}

impl Greeter {
    /// A connection that begins with the handshake.
    pub(crate) fn greet(&self, stream: TcpStream) -> Transport {
        let config = Arc::clone(&self.0.borrow());
        Transport::greeting(TlsAcceptor::from(config).accept(stream))
    }
}

#[cfg(test)]
mod tests;
