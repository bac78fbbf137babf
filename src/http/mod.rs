//! The HTTP edge: bytes from clients to submissions and to the requests of `api`, and the answers back.
//!
//! Owns the routes, who may call them, how long they may take, and what a refusal looks like. Never decides anything
//! about a customer, never reaches the store, never logs a path, a query or a body: only the route's template. The
//! composition root builds [`Http`], calls [`router::build`] and then [`serve::serve`].
//!
//! | what | where |
//! |---|---|
//! | the whole API on one screen | [`router`] |
//! | one resource each | [`routes`] |
//! | keys of senders and readers | [`access`] |
//! | what a standby leaves to the owner | [`duty`] |
//! | several tenants behind one door | [`tenants`] |
//! | one tenant's customers in several partitions | [`partitions`] |
//! | certificates, and the bytes of a connection | [`tls`] |
//! | what every request passes through | [`edge`] |
//! | errors as RFC 9457 problems | [`failure`] |
//! | what is configured | [`settings`] |

use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    api::{Api, Following},
    engine::writer::intake::{Intake, Retry},
    http::{access::Keys, duty::Duty, partitions::Gateway, settings::Settings},
    telemetry::{HttpMetrics, Registry},
};

pub mod access;
pub mod connections;
pub mod duty;
mod edge;
mod failure;
pub mod partitions;
pub mod router;
mod routes;
pub mod serve;
pub mod settings;
pub mod switch;
pub mod tenants;
pub mod tls;

mod answer;
mod body;
mod crowd;
mod observe;
mod posted;

/// What every route may use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    /// Answers questions and carries commands out.
    pub api: Api,
    /// Where what is posted goes.
    pub intake: Arc<dyn Intake>,
    /// Where refused items go once more.
    pub retry: Arc<dyn Retry>,
    /// What this process is to its tenant.
    pub duty: Duty,
    /// Hands requests to partitions, where the tenant has some.
    pub gateway: Option<Gateway>,
    /// How following the input stream fares.
    pub following: watch::Receiver<Following>,
    /// Bounds and keys.
    pub settings: Arc<Settings>,
    /// What is counted.
    pub metrics: HttpMetrics,
    /// All that the process counts.
    pub registry: Registry,
    /// Cancelled when the service drains: streams end then.
    pub draining: CancellationToken,
    /// Room for subscribers; [`Settings::subscribers_max`] of them.
    pub subscribers: Arc<Semaphore>,
    /// Room for cards that are shown live; [`Settings::cards_max`] of them.
    pub cards: Arc<Semaphore>,
}

impl FromRef<Http> for Arc<Settings> {
    fn from_ref(http: &Http) -> Self {
        Self::clone(&http.settings)
    }
}

impl FromRef<Http> for Keys {
    fn from_ref(http: &Http) -> Self {
        http.settings.keys.clone()
    }
}

impl FromRef<Http> for Api {
    fn from_ref(http: &Http) -> Self {
        http.api.clone()
    }
}
