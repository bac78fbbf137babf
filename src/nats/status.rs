//! What a cluster says of itself: its members, who holds the lease, its streams. Asks and changes nothing. Called by `app` for
//! `yekta cluster status`.

use std::time::Duration;

use async_nats::{
    Client,
    jetstream::{Context, context::GetStreamError, stream::Info},
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::nats::{
    assets::Names,
    bucket::{Bucket, BucketError},
    connect::{ConnectError, Connection, connect},
    leader::{is_missing, look},
    lease::{Holder, Leases},
    settings::{Settings, Tenant},
};

/// How long members have to answer: who does not is not listed.
const ANSWER_WAIT: Duration = Duration::from_millis(500);
/// How often they are asked where the one that holds the lease does not answer.
const ATTEMPTS: usize = 3;

/// A cluster, as it is seen from one connection at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The tenant.
    pub tenant: String,
    /// Who holds the lease; none where nobody does, or the tenant is shared by nobody.
    pub holder: Option<Holder>,
    /// Processes that answer, by their names.
    pub members: Vec<Member>,
    /// The streams of the tenant, and those that it shares with others.
    pub streams: Vec<Stream>,
    /// The same of each of its partitions, which share no stream with others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<Status>,
}

impl Status {
    /// Whoever nobody owns: the tenant, and its partitions.
    pub fn ownerless(&self) -> Vec<&str> {
        let all = std::iter::once(self).chain(&self.partitions);
        let ownerless = all.filter(|status| !status.members.iter().any(Member::is_owner));
        ownerless.map(|status| status.tenant.as_str()).collect()
    }
}

/// A process of the tenant's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The tenant, as a subject token.
    #[serde(default)]
    pub tenant: String,
    /// What operators call it.
    pub name: String,
    /// `owner`, `standby` or `shop`.
    pub role: String,
    /// Its term, of an owner; 0 of a standby.
    pub epoch: u64,
    /// The position of the journal that it shows.
    pub position: u64,
    /// Up to where the input stream is part of that.
    pub input: Option<u64>,
    /// Messages of the input stream that are not committed, of an owner that knows.
    pub lag: Option<u64>,
    /// Whether its disk has room; one without takes nothing over. Others of an earlier version do not say.
    #[serde(default = "yes")]
    pub room: bool,
}

const fn yes() -> bool {
    true
}

impl Member {
    /// Whether it owns its tenant.
    pub fn is_owner(&self) -> bool {
        self.role == "owner"
    }

    /// Whether it may own its tenant next.
    pub fn stands_by(&self) -> bool {
        self.role == "standby"
    }
}

/// A stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Messages in it.
    pub messages: u64,
    /// Bytes of them on each server that keeps it.
    pub bytes: u64,
    /// Its last sequence.
    pub last: u64,
    /// How many servers are to keep it.
    pub replicas: usize,
    /// The server that leads it; none while one is elected, or where there is one server alone.
    pub leader: Option<String>,
    /// Those that follow.
    pub followers: Vec<Follower>,
}

/// A server that keeps a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Follower {
    /// Its name.
    pub name: String,
    /// Whether it has what the leader has.
    pub is_current: bool,
    /// Whether it is away.
    pub is_offline: bool,
    /// Operations that it lacks.
    pub lag: u64,
}

/// Why the cluster cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The lease cannot be read.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// A stream cannot be looked at.
    #[error("look at the stream {stream}")]
    Stream {
        /// Which.
        stream: String,
        /// Why not.
        source: GetStreamError,
    },
    /// The end of a stream cannot be looked at.
    #[error("look at the end of the stream {stream}")]
    Look {
        /// Which.
        stream: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The members cannot be asked.
    #[error("ask the members")]
    Members(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Asks everybody, those of so many partitions of the tenant too.
///
/// # Errors
/// [`StatusError`].
pub async fn status(settings: &Settings, partitions: u32) -> Result<Status, StatusError> {
    let connection = connect(settings).await?;
    let answers = members_of_all(&connection.client).await;
    let asked = Asked {
        members: answers.map_err(StatusError::Members)?,
        connection,
    };
    let cluster = format!("KV_{}", Names::CLUSTER_BUCKET);
    let jetstream = &asked.connection.jetstream;
    let events = stream(jetstream, Names::EVENTS.to_owned()).await?;
    let cluster = stream(jetstream, cluster).await?;
    let is_shared = cluster.is_some();
    let mut status = asked.status(&settings.tenant, is_shared).await?;
    let own = std::mem::take(&mut status.streams);
    status.streams = events.into_iter().chain(own).chain(cluster).collect();
    for index in 0..partitions {
        let partition = Tenant::partition(settings.tenant.as_str(), index);
        status.partitions.push(asked.status(&partition, is_shared).await?);
    }
    Ok(status)
}

/// A broker, and all who answered there.
struct Asked {
    connection: Connection,
    members: Vec<Member>,
}

impl Asked {
    /// How one tenant fares; `is_shared` says whether anybody shares any.
    async fn status(&self, tenant: &Tenant, is_shared: bool) -> Result<Status, StatusError> {
        let (names, token) = (Names::of(tenant), tenant.token());
        let mut streams = Vec::new();
        for name in [names.journal(), names.profiles(), names.out()] {
            streams.extend(stream(&self.connection.jetstream, name).await?);
        }
        let holder = match is_shared {
            true => holder(&self.connection, tenant).await?,
            false => None,
        };
        let members = self.members.iter().filter(|member| member.tenant == token);
        let mut members: Vec<Member> = members.cloned().collect();
        if !is_among(&members, holder.as_ref()) {
            let again = members_with(&self.connection.client, &token, holder.as_ref()).await;
            members = again.map_err(StatusError::Members)?;
        }
        Ok(Status {
            tenant: tenant.as_str().to_owned(),
            holder,
            members,
            streams,
            partitions: Vec::new(),
        })
    }
}

/// Whether who holds the lease is one of these, if anybody does.
fn is_among(members: &[Member], holder: Option<&Holder>) -> bool {
    holder.is_none_or(|holder| members.iter().any(|member| member.name == holder.name))
}

async fn holder(connection: &Connection, tenant: &Tenant) -> Result<Option<Holder>, BucketError> {
    let leases = Leases::of(Bucket::of(connection), tenant, Duration::ZERO);
    leases.holder().await
}

/// The processes of `tenant` that answer in time. Who holds the lease is there, or was until just now: where that one does not
/// answer it may be busy, and all are asked again.
async fn members_with(
    client: &Client,
    tenant: &str,
    holder: Option<&Holder>,
) -> Result<Vec<Member>, AskError> {
    for _ in 1..ATTEMPTS {
        let found = members(client, tenant).await?;
        if is_among(&found, holder) {
            return Ok(found);
        }
    }
    members(client, tenant).await
}

/// The processes of `tenant`, a subject token, that answer in time.
///
/// # Errors
/// When they cannot be asked.
pub(crate) async fn members(client: &Client, tenant: &str) -> Result<Vec<Member>, AskError> {
    let mut members = members_of_all(client).await?;
    members.retain(|member| member.tenant == tenant);
    Ok(members)
}

/// Why processes cannot be asked.
type AskError = Box<dyn std::error::Error + Send + Sync>;

/// The processes of all tenants that answer in time; a process of several is there once for each.
///
/// # Errors
/// When they cannot be asked.
pub(crate) async fn members_of_all(client: &Client) -> Result<Vec<Member>, AskError> {
    #[derive(Deserialize)]
    struct Stats {
        endpoints: Vec<Endpoint>,
    }
    #[derive(Deserialize)]
    struct Endpoint {
        data: Member,
    }
    let inbox = client.new_inbox();
    let answers = client.subscribe(inbox.clone()).await?;
    client
        .publish_with_reply("$SRV.STATS.yekta", inbox, Vec::new().into())
        .await?;
    let mut answers = Box::pin(answers.take_until(tokio::time::sleep(ANSWER_WAIT)));
    let mut members = Vec::new();
    while let Some(answer) = answers.next().await {
        // Nobody answers: or somebody of another version, whose words are not ours.
        let Ok(stats) = serde_json::from_slice::<Stats>(&answer.payload) else {
            continue;
        };
        let member = stats.endpoints.into_iter().next().map(|endpoint| endpoint.data);
        members.extend(member);
    }
    members.sort_by(|one: &Member, other| one.name.cmp(&other.name));
    Ok(members)
}

/// The number of the last message that a stream ever took, as its leader has it.
///
/// # Errors
/// [`StatusError::Look`].
pub(crate) async fn last_of(jetstream: &Context, stream: String) -> Result<u64, StatusError> {
    match look(jetstream, &stream).await {
        Ok(info) => Ok(info.state.last_sequence),
        Err(error) => Err(StatusError::Look {
            stream,
            source: error.into(),
        }),
    }
}

/// How large a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bytes of its messages on each server that keeps it.
    pub(crate) bytes: u64,
    /// When the oldest of them came, in microseconds since the Unix epoch; `None` where it holds none.
    pub(crate) since_us: Option<i64>,
}

/// How large a stream is, as its leader says.
///
/// # Errors
/// [`StatusError::Look`].
pub(crate) async fn size_of(jetstream: &Context, stream: String) -> Result<Size, StatusError> {
    match look(jetstream, &stream).await {
        Ok(info) => {
            let since = info.state.first_timestamp.unix_timestamp_nanos() / 1_000;
            Ok(Size {
                bytes: info.state.bytes,
                since_us: i64::try_from(since).ok().filter(|_| info.state.messages > 0),
            })
        }
        Err(error) => Err(StatusError::Look {
            stream,
            source: error.into(),
        }),
    }
}

/// A stream; `None` where it is not there.
async fn stream(jetstream: &Context, name: String) -> Result<Option<Stream>, StatusError> {
    match jetstream.get_stream(&name).await {
        Ok(found) => Ok(Some(told(found.cached_info()))),
        Err(error) if is_missing(&error) => Ok(None),
        Err(source) => Err(StatusError::Stream { stream: name, source }),
    }
}

fn told(info: &Info) -> Stream {
    let cluster = info.cluster.as_ref();
    let followers = cluster.map_or_else(Vec::new, |cluster| {
        let follower = |peer: &async_nats::jetstream::stream::PeerInfo| Follower {
            name: peer.name.clone(),
            is_current: peer.current,
            is_offline: peer.offline,
            lag: peer.lag.unwrap_or_default(),
        };
        cluster.replicas.iter().map(follower).collect()
    });
    Stream {
        name: info.config.name.clone(),
        messages: info.state.messages,
        bytes: info.state.bytes,
        last: info.state.last_sequence,
        replicas: info.config.num_replicas,
        leader: cluster.and_then(|cluster| cluster.leader.clone()),
        followers,
    }
}
