//! Roles: what those who ask about customers are there for.

use std::str::FromStr;

/// What somebody who asks is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Serves a customer who calls or writes.
    Agent,
    /// A till.
    Pos,
    /// Another service of the house, which acts on what it is told.
    Service,
    /// Learns from what many customers do, and never who they are.
    Analyst,
    /// Runs the service, and answers for it.
    Admin,
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read a role: expected agent, pos, service, analyst or admin")]
pub struct RoleError;

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Agent, Self::Pos, Self::Service, Self::Analyst, Self::Admin];

    /// The name in configuration and tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Pos => "pos",
            Self::Service => "service",
            Self::Analyst => "analyst",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(name: &str) -> Result<Self, RoleError> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == name)
            .ok_or(RoleError)
    }
}
