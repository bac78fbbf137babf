//! The scenes: what comes beside everybody else's events, and what was there before.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
};

use clap::ValueEnum;
use serde_json::{Value, json};
use ureq::Agent;

use crate::{Plan, large, load::post_all, service::Service};

/// Customers who log in at one kiosk.
const AT_THE_KIOSK: usize = 500;
/// Events of one request.
pub const BATCH: usize = 10;
/// Requests per second whose bodies are large beyond measure.
const LARGE_PER_SECOND: usize = 20;
/// Members inside each other, where that is what is wrong.
const DEPTH: usize = 20_000;

/// Who asks too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scene {
    /// Nobody: as many events of ordinary people.
    Ordinary,
    /// One customer with a new cookie in each event.
    ManyIdentifiers,
    /// One customer with many events of the devices that count.
    ManyDevices,
    /// One customer with many events of one cookie.
    ManyEvents,
    /// Customers who log in one after the other on one device, where events without a log-in come too.
    Kiosk,
    /// Bodies that are no events.
    Garbage,
    /// Bodies of a gigabyte, announced or without a length, one after the other.
    Gigabyte,
    /// Bodies that unpack to a gigabyte.
    GzipBomb,
    /// Connections that were opened and never say a whole request, beside as many ordinary events.
    Connections,
}

impl Scene {
    /// What is there before anything is measured.
    pub fn prepare(self, service: &Service, plan: &Plan) {
        let count = match self {
            Self::ManyIdentifiers => plan.identifiers,
            Self::ManyDevices | Self::ManyEvents => plan.events,
            Self::Kiosk => 4 * AT_THE_KIOSK,
            Self::GzipBomb => return large::pack(),
            Self::Ordinary | Self::Garbage | Self::Gigabyte | Self::Connections => return,
        };
        let events: Vec<Value> = (0..count).map(|number| self.event(number, "before")).collect();
        post_all(service, &events);
    }

    /// The connections that are kept while the scene is measured.
    pub fn connections(self, service: &Service, plan: &Plan) -> Vec<TcpStream> {
        let count = if self == Self::Connections {
            plan.connections
        } else {
            0
        };
        let open = |_| {
            let mut stream = TcpStream::connect(service.address).unwrap();
            stream.write_all(b"POST /v1/events HTTP/1.1\r\nHost:").unwrap();
            stream
        };
        (0..count).map(open).collect()
    }

    /// Its requests per second, where events would come at this rate.
    pub fn requests(self, rate: usize) -> usize {
        match self {
            Self::Gigabyte | Self::GzipBomb => LARGE_PER_SECOND,
            _ => rate / BATCH,
        }
    }

    /// Sends a request and waits for what becomes of it.
    pub fn send(self, address: SocketAddr, agent: &Agent, number: usize) {
        match self {
            Self::Gigabyte => large::gigabyte(address, number),
            Self::GzipBomb => large::bomb(address),
            _ => {
                let sent = agent.post(format!("http://{address}/v1/events"));
                let mut answer = sent.send(&self.body(number)).unwrap();
                answer.body_mut().read_to_vec().unwrap();
            }
        }
    }

    /// The body of a request.
    fn body(self, number: usize) -> Vec<u8> {
        if self == Self::Garbage {
            return garbage(number);
        }
        let numbers = number * BATCH..(number + 1) * BATCH;
        let events: Vec<Value> = numbers.map(|number| self.event(number, "now")).collect();
        serde_json::to_vec(&events).unwrap()
    }

    fn event(self, number: usize, when: &str) -> Value {
        let (user, cookie) = match self {
            Self::Ordinary | Self::Garbage | Self::Gigabyte | Self::GzipBomb | Self::Connections => (
                Some(format!("o-{}", number % 1_000)),
                format!("oc-{}", number % 2_000),
            ),
            Self::ManyIdentifiers => (Some("hot".to_owned()), format!("hot-{when}-{number}")),
            Self::ManyDevices => (Some("hot".to_owned()), format!("hot-{}", number % 1_000)),
            Self::ManyEvents => (Some("hot".to_owned()), "hot".to_owned()),
            Self::Kiosk => match number % 4 {
                0 => (
                    Some(format!("k-{}", number / 4 % AT_THE_KIOSK)),
                    "kiosk".to_owned(),
                ),
                _ => (None, "kiosk".to_owned()),
            },
        };
        let name = match user {
            Some(_) if self == Self::Kiosk => "Signed In",
            _ => "Product Viewed",
        };
        let mut identifiers = vec![json!({"kind": "anonymous_id", "value": cookie})];
        identifiers.extend(user.map(|user| json!({"kind": "user_id", "value": user})));
        json!({"id": format!("{self:?}-{when}-{number}"), "source": "beside", "channel": "web", "type": name,
            "identifiers": identifiers, "properties": {"product_id": format!("p-{}", number % 50)}})
    }
}

/// What is refused: in turn not JSON, too deep, of another shape, and of events one by one.
fn garbage(number: usize) -> Vec<u8> {
    match number % 4 {
        0 => (0..20_000_u32).map(|byte| (byte * 7 % 251) as u8).collect(),
        1 => "[".repeat(DEPTH).into_bytes(),
        2 => format!("[{}]", ["{\"id\": 7, \"type\": {}}"; 200].join(",")).into_bytes(),
        _ => {
            let event = json!({"id": format!("g-{number}"), "source": "beside", "type": "Product Viewed",
                "identifiers": [{"kind": "email", "value": "nobody"}], "time": "never"});
            serde_json::to_vec(&vec![event; 200]).unwrap()
        }
    }
}
