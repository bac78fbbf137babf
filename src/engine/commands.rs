//! Commands: requests that need the owner's answer. They go through the writer like events, so that each is answered
//! once and two that compete have an order.

use crate::{
    domain::{
        event::{ConsentChange, Event, EventId, Place},
        identifier::{Identifier, Kind, Role, Trust},
        identity::{Anchor, Bond, Claim, Key, link::OWN_SOURCE},
        qr::{self, QrOutcome, QrState},
        time::Timestamp,
        value::Value,
    },
    engine::{
        api::{Answer, Command, CommandError, Mint, Purpose, QrAnswer, Target},
        atoms::Atoms,
        batch::Batch,
        query::{Address, Found},
    },
    store::{AnswerRecord, Error, KeyHash, ProfileId, QrRecord, Read, RequestHash, keys},
    wire,
};

/// The channel of the events that commands write.
const OWN_CHANNEL: &str = "yekta";

/// A command on its way.
#[derive(Clone, Debug)]
pub(crate) struct Ordered {
    pub(crate) command: Command,
    /// Under which a repeat finds the first answer.
    pub(crate) request: Option<RequestHash>,
    /// The token that a mint gives out.
    pub(crate) token: String,
    /// The id of the event it writes.
    pub(crate) id: String,
}

/// The command's answer, or why it has none; the outer error is the store's.
type Outcome<T> = Result<Result<T, CommandError>, Error>;

impl Batch<'_> {
    /// Carries out a command, unless it was carried out before.
    pub(crate) fn command(&mut self, ordered: &Ordered, now: Timestamp) -> Outcome<Answer> {
        if let Some(request) = ordered.request
            && let Some(first) = self.overlay.record::<AnswerRecord>(&keys::answer(request))?
        {
            return self.repeat(ordered, first).map(Ok);
        }
        let answer = match &ordered.command {
            Command::MintQr(mint) => self.mint(ordered, mint, now)?,
            Command::RedeemQr { token, store_id } => Ok(self.redeem(token, store_id.as_deref(), now)?),
            Command::RevokeQr { token } => Ok(self.revoke(token, now)?),
            Command::Consent { target, changes } => self.consent(ordered, target, changes, now)?,
        };
        if let (Some(request), Ok(answer)) = (ordered.request, &answer) {
            let record = match answer {
                Answer::Minted { expires, .. } => AnswerRecord::Minted { expires: *expires },
                Answer::Qr(qr) => AnswerRecord::Qr { outcome: qr.outcome },
                Answer::Consented { profile } => AnswerRecord::Consented { profile: *profile },
            };
            self.overlay.put_record(keys::answer(request), &record)?;
        }
        Ok(answer)
    }

    fn repeat(&self, ordered: &Ordered, first: AnswerRecord) -> Result<Answer, Error> {
        Ok(match first {
            AnswerRecord::Minted { expires } => Answer::Minted {
                token: ordered.token.clone(),
                expires,
            },
            AnswerRecord::Consented { profile } => Answer::Consented { profile },
            AnswerRecord::Qr { outcome } => {
                let (Command::RedeemQr { token, .. } | Command::RevokeQr { token }) = &ordered.command else {
                    return Ok(Answer::Qr(QrAnswer::of(QrOutcome::Unknown)));
                };
                let (key, record) = self.qr(token)?;
                Answer::Qr(self.qr_answer(outcome, &key, record)?)
            }
        })
    }

    fn mint(&mut self, ordered: &Ordered, mint: &Mint, now: Timestamp) -> Outcome<Answer> {
        let identifiers = match self.reach(&mint.target)? {
            Ok((_, identifiers)) => identifiers,
            Err(error) => return Ok(Err(error)),
        };
        let key = token_key(&ordered.token);
        let purpose = match mint.purpose {
            Purpose::Handoff => "handoff",
            Purpose::Lookup => "lookup",
        };
        let mut event = self.own_event(ordered, "QR Minted", now);
        event
            .properties
            .insert("purpose".to_owned(), Value::Text(purpose.to_owned()));
        event
            .properties
            .extend(mint.offer.clone().map(|offer| ("offer".to_owned(), offer)));
        event.expires = Some(mint.expires);
        event.identifiers = identifiers;
        event.identifiers.push(Identifier::from_normalised(
            key.kind.clone(),
            key.value.clone(),
            Trust::Verified,
        ));
        event.identifiers.sort();
        self.place(&event)?;
        let record = QrRecord {
            state: QrState::Open,
            minted: now,
            expires: mint.expires,
            store_id: mint.store_id.clone(),
            basket: mint.basket.clone(),
            offer: mint.offer.clone(),
        };
        self.overlay
            .put_record(keys::qr(self.keyring.key(&key)), &record)?;
        Ok(Ok(Answer::Minted {
            token: ordered.token.clone(),
            expires: mint.expires,
        }))
    }

    fn redeem(&mut self, token: &str, store_id: Option<&str>, now: Timestamp) -> Result<Answer, Error> {
        let (key, record) = self.qr(token)?;
        let Some(mut record) = record else {
            return Ok(Answer::Qr(QrAnswer::of(QrOutcome::Unknown)));
        };
        let outcome = qr::judge(
            &record.state,
            record.expires,
            record.store_id.as_deref(),
            store_id,
            now,
        );
        if outcome == QrOutcome::Valid {
            record.state = QrState::Redeemed {
                at: now,
                store_id: store_id.map(str::to_owned),
            };
            self.overlay
                .put_record(keys::qr(self.keyring.key(&key)), &record)?;
        }
        Ok(Answer::Qr(self.qr_answer(outcome, &key, Some(record))?))
    }

    fn revoke(&mut self, token: &str, now: Timestamp) -> Result<Answer, Error> {
        let (key, record) = self.qr(token)?;
        let Some(mut record) = record else {
            return Ok(Answer::Qr(QrAnswer::of(QrOutcome::Unknown)));
        };
        if record.state == QrState::Open {
            record.state = QrState::Revoked;
            self.overlay
                .put_record(keys::qr(self.keyring.key(&key)), &record)?;
        }
        let outcome = qr::judge(&record.state, record.expires, None, None, now);
        Ok(Answer::Qr(self.qr_answer(outcome, &key, Some(record))?))
    }

    fn consent(
        &mut self,
        ordered: &Ordered,
        target: &Target,
        changes: &[ConsentChange],
        now: Timestamp,
    ) -> Outcome<Answer> {
        let (profile, identifiers) = match self.reach(target)? {
            Ok(reached) => reached,
            Err(error) => return Ok(Err(error)),
        };
        let mut event = self.own_event(ordered, "Consent Changed", now);
        event.identifiers = identifiers;
        event.consent = changes.to_vec();
        self.place(&event)?;
        Ok(Ok(Answer::Consented { profile }))
    }

    fn own_event(&self, ordered: &Ordered, name: &str, now: Timestamp) -> Event {
        Event {
            id: EventId {
                source: OWN_SOURCE.to_owned(),
                id: ordered.id.clone(),
            },
            channel: OWN_CHANNEL.to_owned(),
            name: name.to_owned(),
            time: now,
            stated_time: None,
            received: now,
            identifiers: Vec::new(),
            alias_of: None,
            place: Place::default(),
            traits: Default::default(),
            properties: Default::default(),
            context: Default::default(),
            consent: Vec::new(),
            expires: None,
        }
    }

    /// Who a command is about, and identifiers by which an event of its own reaches the same atom.
    fn reach(&self, target: &Target) -> Outcome<(ProfileId, Vec<Identifier>)> {
        let (address, device) = match target {
            Target::Profile(id) => (Address::Id(*id), None),
            Target::Identifier(key) => {
                let device = self.rules.identifiers.rule(&key.kind).role == Role::Device;
                (Address::Identifier(key.clone()), device.then_some(key))
            }
        };
        let profile = match (self.graph().find(&address)?, device) {
            (Found::One(profile), _) => profile,
            // A device that several used: whose it is now decides.
            (Found::Many(profiles), Some(_)) => profiles.first().copied().unwrap_or(ProfileId([0; 16])),
            (Found::Many(profiles), None) => return Ok(Err(CommandError::Several(profiles))),
            (Found::None, _) => return Ok(Err(CommandError::NobodyThere)),
        };
        if let Some(key) = device {
            let observed = Identifier::from_normalised(key.kind.clone(), key.value.clone(), Trust::Observed);
            return Ok(Ok((profile, vec![observed])));
        }
        let members = self
            .graph()
            .profile(profile)?
            .map(|record| record.members)
            .unwrap_or_default();
        let mut claims = Vec::with_capacity(members.len());
        for member in members {
            claims.extend(self.overlay.atom(member)?.map(|atom| atom.claim.clone()));
        }
        let reachable = claims
            .into_iter()
            .filter(|claim| claim.asserted.iter().any(|one| one.bond != Bond::Loose));
        let best = reachable.min_by_key(|claim| self.rank(claim));
        Ok(match best {
            Some(claim) => Ok((profile, identifiers(&claim))),
            None => Err(CommandError::Nameless),
        })
    }

    /// A claim that names the customer itself first, then in canonical order.
    fn rank(&self, claim: &Claim) -> (bool, bool, Claim) {
        let rules = &self.rules.identifiers;
        let names = claim.users(rules).next().is_some();
        (!names, claim.anchor(rules) == Anchor::None, claim.clone())
    }

    fn qr(&self, token: &str) -> Result<(Key, Option<QrRecord>), Error> {
        let key = token_key(token);
        let record = self.overlay.record(&keys::qr(self.keyring.key(&key)))?;
        Ok((key, record))
    }

    fn qr_answer(&self, outcome: QrOutcome, key: &Key, record: Option<QrRecord>) -> Result<QrAnswer, Error> {
        qr_answer(&self.overlay, self.keyring.key(key), key, outcome, record)
    }
}

impl QrAnswer {
    /// An outcome without anything behind it.
    pub(crate) fn of(outcome: QrOutcome) -> Self {
        Self {
            outcome,
            profile: None,
            basket: None,
            offer: None,
            expires: None,
        }
    }
}

/// The key under which a token is known: its hash, never the token.
pub(crate) fn token_key(token: &str) -> Key {
    Key {
        kind: Kind::QR_TOKEN,
        value: wire::qr::digest(token).unwrap_or_default(),
    }
}

/// What a code stands for: whose it is, wherever the event that minted it stands now.
pub(crate) fn qr_answer<A: Atoms>(
    view: &A,
    hash: KeyHash,
    key: &Key,
    outcome: QrOutcome,
    record: Option<QrRecord>,
) -> Result<QrAnswer, Error> {
    let Some(record) = record else {
        return Ok(QrAnswer::of(QrOutcome::Unknown));
    };
    let mut profile = None;
    for id in view.atoms(&keys::holders(hash))? {
        let Some(atom) = view.atom(id)? else { continue };
        let minted = atom.links.get(key).is_some_and(|link| link.role.is_minted());
        if minted {
            profile = atom.profile;
        }
    }
    Ok(QrAnswer {
        outcome,
        profile,
        basket: record.basket,
        offer: record.offer,
        expires: Some(record.expires),
    })
}

fn identifiers(claim: &Claim) -> Vec<Identifier> {
    let all = claim.asserted.iter();
    all.map(|one| Identifier::from_normalised(one.key.kind.clone(), one.key.value.clone(), one.trust))
        .collect()
}
