//! Credentials, and whom they belong to. No key is kept in the clear, and none is ever shown.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    api::{
        Failure,
        guard::{
            Action, Caller, Quotas, TokenIssuer,
            allowance::{Allowance, Allowances, Credential},
        },
    },
    domain::{role::Role, time::Timestamp},
    wire::digest::Digest,
};

/// What those who ask show who they are by.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    keys: Vec<(Digest, Arc<str>, Role)>,
    issuer: Option<TokenIssuer>,
}

impl Credentials {
    /// Adds the key whose SHA-256 is `digest`, of somebody called `name`.
    pub fn key(&mut self, digest: Digest, name: &str, role: Role) {
        self.keys.push((digest, name.into(), role));
    }

    /// Takes tokens that `issuer` signed.
    pub fn tokens_of(&mut self, issuer: TokenIssuer) {
        self.issuer = Some(issuer);
    }
}

/// Lets those in who may do what they ask for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    credentials: Arc<Credentials>,
    allowances: Arc<Allowances>,
    clock: fn() -> Timestamp,
}

/// What is called who asks where nothing is asked of anybody.
const ANYBODY: &str = "anybody";
/// What is called who comes by a link.
const LINK: &str = "link";

/// Nobody is asked for anything.
impl Default for Guard {
    fn default() -> Self {
        Self::new(Credentials::default(), BTreeMap::new(), || Timestamp::MIN)
    }
}

impl Guard {
    /// By these credentials, each role with its quotas, at the time of `clock`. Without any credentials whoever reaches the service is its administrator: that is for loopback alone.
    pub fn new(credentials: Credentials, quotas: BTreeMap<Role, Quotas>, clock: fn() -> Timestamp) -> Self {
        Self {
            credentials: Arc::new(credentials),
            allowances: Arc::new(Allowances::new(quotas, clock)),
            clock,
        }
    }

    /// Whether anything is asked of anybody.
    pub fn is_open(&self) -> bool {
        self.credentials.keys.is_empty() && self.credentials.issuer.is_none()
    }

    /// Who asks to do `action` and shows `secret`, if they may.
    ///
    /// # Errors
    /// `unauthorized` where nobody is known by it, `forbidden` where their role may not, `too_many_questions`.
    pub fn admit(&self, secret: Option<&str>, action: Action) -> Result<Caller, Failure> {
        let Known {
            name,
            role,
            by,
            until,
        } = self.known(secret)?;
        let allowance = self.allowances.of(by, &name, role);
        let caller = Caller::new(&name, role, action, Arc::clone(&allowance));
        let caller = caller.ok_or_else(|| Failure::forbidden(role, action))?;
        allowance.ask()?;
        Ok(caller.until(until))
    }

    /// Whoever holds a signed link to an agent's card: an agent, for that card. Whom it is about was counted when the link
    /// was made, for whoever made it.
    ///
    /// # Errors
    /// `forbidden` where agents see no cards.
    pub fn holder_of_link(&self) -> Result<Caller, Failure> {
        let (role, action) = (Role::Agent, Action::Card);
        let allowance = Arc::new(Allowance::new(Quotas::default(), self.clock));
        Caller::new(LINK, role, action, allowance).ok_or_else(|| Failure::forbidden(role, action))
    }

    fn known(&self, secret: Option<&str>) -> Result<Known, Failure> {
        if self.is_open() {
            return Ok(Known {
                name: ANYBODY.into(),
                role: Role::Admin,
                by: Credential::Nothing,
                until: None,
            });
        }
        let secret = secret.ok_or_else(Failure::no_credentials)?;
        let digest = Digest::of(secret.as_bytes());
        // Digests are compared, so that the time it takes tells nothing of where a guess goes wrong.
        if let Some((_, name, role)) = self.credentials.keys.iter().find(|(known, ..)| *known == digest) {
            return Ok(Known {
                name: Arc::clone(name),
                role: *role,
                by: Credential::Key,
                until: None,
            });
        }
        match &self.credentials.issuer {
            Some(issuer) if secret.contains('.') => {
                let bearer = issuer.bearer(secret, (self.clock)());
                let bearer = bearer.map_err(|refused| Failure::bad_token(&refused))?;
                Ok(Known {
                    name: bearer.name,
                    role: bearer.role,
                    by: Credential::Token,
                    until: Some(bearer.until),
                })
            }
            _ => Err(Failure::no_credentials()),
        }
    }
}

/// Somebody, and what they showed.
struct Known {
    name: Arc<str>,
    role: Role,
    by: Credential,
    /// Until when it is good, where it ends.
    until: Option<Timestamp>,
}
