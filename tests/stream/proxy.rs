//! A TCP proxy of a test's own between a service and its nats-server: how it treats what it carries is changed while it
//! runs. It delays, cuts, and leaves connections half open: they stay, and one direction or both stand still.
//!
//! What stands still is not lost: it goes on where the proxy is opened again, also what a client sent that has given the
//! connection up meanwhile, as on a network whose packets come late.

use std::{io, time::Duration};

use tokio::{
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::{Builder, Runtime},
    sync::watch,
};

use crate::server::NatsServer;

/// Bytes that are carried at once.
const CHUNK: usize = 64 << 10;

/// How a proxy treats its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everything goes through.
    Open,
    /// Each chunk goes so much later, in each direction.
    Slow(Duration),
    /// All connections are closed, and every new one at once.
    Cut,
    /// Connections stay and are made, but nothing goes to the server.
    DeafServer,
    /// Connections stay and are made, but nothing comes from the server.
    MuteServer,
    /// Connections stay and are made, but nothing goes either way.
    Still,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    ToServer,
    FromServer,
}

impl Way {
    const fn carries(self, side: Side) -> bool {
        match self {
            Self::Open | Self::Slow(_) => true,
            Self::Cut | Self::Still => false,
            Self::DeafServer => matches!(side, Side::FromServer),
            Self::MuteServer => matches!(side, Side::ToServer),
        }
    }
}

/// A proxy that runs until it is dropped.
pub struct Proxy {
    _runtime: Runtime,
    port: u16,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// An open one, to a server that may go and come back.
    pub fn to(server: &NatsServer) -> Self {
        Self::before(&server.url())
    }

    /// The same by the server's URL.
    pub fn before(url: &str) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let target: u16 = url.rsplit_once(':').unwrap().1.parse().unwrap();
        let way = watch::Sender::new(Way::Open);
        runtime.spawn(listen(listener, target, way.subscribe()));
        Self {
            _runtime: runtime,
            port,
            way,
        }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Treats all connections, those that are there too, in this way from now on.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn listen(listener: TcpListener, target: u16, way: watch::Receiver<Way>) {
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        tokio::spawn(serve(client, target, way.clone()));
    }
}

/// Carries a connection until it ends on both sides, breaks or is cut. A server that is away takes none.
async fn serve(client: TcpStream, target: u16, mut way: watch::Receiver<Way>) {
    let mut cut = way.clone();
    if *way.borrow_and_update() == Way::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok();
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let up = carry(from_client, to_server, way.clone(), Side::ToServer);
    let down = carry(from_server, to_client, way, Side::FromServer);
    tokio::select! {
        // Where one direction breaks the other goes with it.
        broken = async { tokio::try_join!(up, down) } => { broken.ok(); }
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}

/// Carries one direction up to its end, which closes it behind the proxy too.
async fn carry(
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    mut way: watch::Receiver<Way>,
    side: Side,
) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        // Nothing is read while it stands still: then the system holds it, and the sender's buffers fill.
        carried(&mut way, side).await?;
        let length = tokio::select! {
            length = read(&from, &mut chunk) => length?,
            _ = way.changed() => continue,
        };
        let late = match *way.borrow() {
            Way::Slow(late) => late,
            _ => Duration::ZERO,
        };
        tokio::time::sleep(late).await;
        carried(&mut way, side).await?;
        if length == 0 {
            return Ok(());
        }
        write(&to, &chunk[..length]).await?;
    }
}

/// Waits until a direction is open.
async fn carried(way: &mut watch::Receiver<Way>, side: Side) -> io::Result<()> {
    let open = way.wait_for(|way| way.carries(side)).await;
    open.map(|_| ()).map_err(io::Error::other)
}

async fn read(from: &OwnedReadHalf, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        from.readable().await?;
        match from.try_read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

async fn write(to: &OwnedWriteHalf, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        to.writable().await?;
        match to.try_write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
