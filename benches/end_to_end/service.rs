//! The whole service in this process, on loopback.

use std::net::SocketAddr;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use yekta::app::{Service, ServiceError};
use yekta::config::Settings;

/// A service that runs, and how to stop it.
pub struct Running {
    pub address: SocketAddr,
    serving: JoinHandle<Result<(), ServiceError>>,
    stop: oneshot::Sender<()>,
    runtime: Runtime,
    _dir: TempDir,
}

impl Running {
    /// By `settings` of a folder.
    pub fn new(settings: impl FnOnce(&TempDir) -> Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let service = runtime.block_on(Service::start(&settings(&dir))).unwrap();
        let address = service.address();
        let (stop, stopped) = oneshot::channel();
        let serving = runtime.spawn(service.run(async move {
            stopped.await.ok();
        }));
        Self {
            address,
            serving,
            stop,
            runtime,
            _dir: dir,
        }
    }

    pub fn stop(self) {
        self.stop.send(()).unwrap();
        self.runtime.block_on(self.serving).unwrap().unwrap();
    }
}
