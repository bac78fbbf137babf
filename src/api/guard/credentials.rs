//! Credentials, and whom they belong to. No key is kept in the clear, and none is ever shown.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    api::{
        Failure,
        guard::{
            Action, Caller, Quotas, TokenIssuer,
            alarm::Alarm,
            allowance::{Allowance, Allowances, Credential},
            standing::{Current, Proof, Standing},
        },
    },
    domain::{role::Role, time::Timestamp},
    telemetry::GuardMetrics,
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

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.issuer.is_none()
    }

    /// Whether what somebody is known by is among them.
    pub(super) fn holds(&self, proof: Proof) -> bool {
        match proof {
            Proof::Nothing => true,
            Proof::Key(shown) => self.keys.iter().any(|(key, ..)| *key == shown),
            Proof::Token(key) => self.issuer.as_ref().is_some_and(|issuer| issuer.has_key(key)),
        }
    }
}

/// Lets those in who may do what they ask for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    current: Current,
    /// Whether nothing is asked of anybody, which never changes: where all keys are taken out nobody is let in.
    is_open: bool,
    allowances: Arc<Allowances>,
    clock: fn() -> Timestamp,
    metrics: Option<GuardMetrics>,
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
            is_open: credentials.is_empty(),
            current: Current::new(credentials),
            allowances: Arc::new(Allowances::new(quotas, clock)),
            clock,
            metrics: None,
        }
    }

    /// The same, what it refuses is counted by `metrics`.
    #[must_use]
    pub fn counted(self, metrics: GuardMetrics) -> Self {
        Self {
            metrics: Some(metrics),
            ..self
        }
    }

    /// Whether anything is asked of anybody.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Goes by these credentials from now on, as all clones do. Where nothing is asked of anybody that stays so.
    pub fn renew(&self, credentials: Credentials) {
        self.current.set(credentials);
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
            proof,
            until,
        } = self
            .known(secret)
            .inspect_err(|refused| self.refuses(refused.code(), None))?;
        let allowance = self.allowances.of(by, &name, role);
        let caller = Caller::new(&name, role, action, allowance).ok_or_else(|| {
            let refused = Failure::forbidden(role, action);
            self.refuses(refused.code(), Some(role));
            refused
        })?;
        let caller = caller.counted(self.metrics.clone());
        caller.ask()?;
        let current = self.current.clone();
        Ok(caller.known_by(Standing {
            proof,
            until,
            current,
        }))
    }

    /// Counts what is refused, here or by an edge, to whoever has `role`, if any.
    pub(crate) fn refuses(&self, code: &'static str, role: Option<Role>) {
        self.refuses_some(code, role, 1);
    }

    /// The same of so many at once.
    pub(crate) fn refuses_some(&self, code: &'static str, role: Option<Role>, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        if let Some(metrics) = &self.metrics {
            metrics.refused_some(code, role.map(Role::as_str), count);
        }
    }

    /// Whoever holds a signed link to an agent's card: an agent, for that card. Whom it is about was counted when the link
    /// was made, for whoever made it.
    ///
    /// # Errors
    /// `forbidden` where agents see no cards.
    pub fn holder_of_link(&self) -> Result<Caller, Failure> {
        let (role, action) = (Role::Agent, Action::Card);
        let alarm = Alarm::new(Credential::Nothing, &LINK.into(), role);
        let allowance = Arc::new(Allowance::new(Quotas::default(), self.clock, alarm));
        Caller::new(LINK, role, action, allowance).ok_or_else(|| Failure::forbidden(role, action))
    }

    fn known(&self, secret: Option<&str>) -> Result<Known, Failure> {
        if self.is_open() {
            return Ok(Known {
                name: ANYBODY.into(),
                role: Role::Admin,
                by: Credential::Nothing,
                proof: Proof::Nothing,
                until: None,
            });
        }
        let secret = secret.ok_or_else(Failure::no_credentials)?;
        let digest = Digest::of(secret.as_bytes());
        // Digests are compared, so that the time it takes tells nothing of where a guess goes wrong.
        let credentials = self.current.get();
        if let Some((_, name, role)) = credentials.keys.iter().find(|(known, ..)| *known == digest) {
            return Ok(Known {
                name: Arc::clone(name),
                role: *role,
                by: Credential::Key,
                proof: Proof::Key(digest),
                until: None,
            });
        }
        match &credentials.issuer {
            Some(issuer) if secret.contains('.') => {
                let bearer = issuer.bearer(secret, (self.clock)());
                let bearer = bearer.map_err(|refused| Failure::bad_token(&refused))?;
                Ok(Known {
                    name: bearer.name,
                    role: bearer.role,
                    by: Credential::Token,
                    proof: Proof::Token(bearer.signed_by),
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
    proof: Proof,
    /// Until when it is good, where it ends.
    until: Option<Timestamp>,
}
