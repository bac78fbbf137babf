//! QR codes: minting, redeeming and taking back. The token is nowhere; a code is known by its hash.
//!
//! A code is bound to the event that minted it: whose profile that event is in now, whoever they turn out to be.

use data_encoding::BASE32_NOPAD;

use crate::{
    domain::{
        event::Event,
        identifier::{Identifier, Kind, Trust},
        identity::{Key, link::LinkRole},
        qr::{self, QrOutcome, QrState},
        time::Timestamp,
        value::Value,
    },
    engine::{
        api::{Answer, Mint, Purpose, QrAnswer, Target, Used},
        commands::{Ordered, Outcome, own_event},
        identity::graph::Graph,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{Error, ProfileId, QrRecord, keys},
    wire::{self, offline},
};

/// A redemption that a till made by itself.
pub(crate) struct Redemption<'a> {
    pub(crate) token: &'a str,
    pub(crate) store_id: Option<&'a str>,
    /// When, by its clock.
    pub(crate) at: Timestamp,
}

impl Batch<'_> {
    pub(crate) fn mint(&mut self, ordered: &Ordered, mint: &Mint, now: Timestamp) -> Outcome<Answer> {
        let identifiers = match self.reach(&mint.target, now)? {
            Ok((_, identifiers)) => identifiers,
            Err(error) => return Ok(Err(error)),
        };
        let token = self.token_of(ordered, mint, mint.expires);
        let key = token_key(&token);
        let purpose = match mint.purpose {
            Purpose::Handoff => "handoff",
            Purpose::Lookup => "lookup",
        };
        let mut event = own_event(&ordered.id, "QR Minted", now);
        event
            .properties
            .insert("purpose".to_owned(), Value::Text(purpose.to_owned()));
        event
            .properties
            .extend(mint.offer.clone().map(|offer| ("offer".to_owned(), offer)));
        event.expires = Some(mint.expires);
        self.place_about(event, identifiers, Some(&key))?;
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
            token,
            expires: mint.expires,
        }))
    }

    /// The token that a mint gives out, the same for whoever repeats it; signed where tills are to check it by themselves.
    pub(crate) fn token_of(&self, ordered: &Ordered, mint: &Mint, expires: Timestamp) -> String {
        let Some(benefit) = &mint.offline else {
            return ordered.token.clone();
        };
        let terms = offline::Terms {
            expires,
            store_id: mint.store_id.as_deref(),
            benefit,
        };
        let random = BASE32_NOPAD.decode(ordered.token.as_bytes()).unwrap_or_default();
        let random = std::array::from_fn(|index| random.get(index).copied().unwrap_or_default());
        offline::Signatory::new(&self.keyring.signing()).token(terms, random)
    }

    /// Settles a redemption that a till made by itself: it counts if nobody redeemed the code before, wherever the code
    /// stands now in its time. Whoever was second is told of in the customer's history.
    ///
    /// The code ends when this is taken, not when the till says: what a scan in between brought together is not parted
    /// by a till's clock. When it was, is in the event.
    pub(crate) fn settle(
        &mut self,
        ordered: &Ordered,
        redemption: &Redemption<'_>,
        now: Timestamp,
    ) -> Result<QrAnswer, Error> {
        let Redemption { token, store_id, at } = *redemption;
        let key = token_key(token);
        let Some(record) = self.graph().qr(&key)? else {
            return Ok(QrAnswer::of(QrOutcome::Unknown));
        };
        let place = Some(store_id.unwrap_or_default());
        // A till's clock may be wrong: it redeemed nothing before it was minted, and nothing after now.
        let at = at.min(now).max(record.minted);
        let outcome = qr::judge(
            &record.state,
            record.expires,
            record.store_id.as_deref(),
            place,
            at.saturating_sub(qr::GRACE_MICROS),
        );
        let name = match outcome {
            QrOutcome::Valid => "QR Redeemed",
            QrOutcome::Used => "QR Used Twice",
            _ => return self.qr_answer(outcome, token),
        };
        let mut event = own_event(&ordered.id, name, now);
        event
            .properties
            .insert("redeemed_at".to_owned(), Value::Text(wire::time::format(at)));
        event
            .properties
            .extend(store_id.map(|id| ("store_id".to_owned(), Value::Text(id.to_owned()))));
        if outcome == QrOutcome::Valid {
            let state = QrState::Redeemed {
                at,
                store_id: store_id.map(str::to_owned),
            };
            self.close(event, &key, QrRecord { state, ..record })?;
        } else {
            self.tell_minted_for(event, &key, None)?;
        }
        self.qr_answer(outcome, token)
    }

    /// Redeems a code: of several redemptions the first that the writer takes wins.
    pub(crate) fn redeem(
        &mut self,
        ordered: &Ordered,
        token: &str,
        store_id: Option<&str>,
        now: Timestamp,
    ) -> Result<QrAnswer, Error> {
        let key = token_key(token);
        let Some(record) = self.graph().qr(&key)? else {
            return Ok(QrAnswer::of(QrOutcome::Unknown));
        };
        // Whoever redeems and does not say where is at no store that the code could be bound to.
        let at = Some(store_id.unwrap_or_default());
        let outcome = qr::judge(&record.state, record.expires, record.store_id.as_deref(), at, now);
        if outcome == QrOutcome::Valid {
            let mut event = own_event(&ordered.id, "QR Redeemed", now);
            event
                .properties
                .extend(store_id.map(|id| ("store_id".to_owned(), Value::Text(id.to_owned()))));
            let state = QrState::Redeemed {
                at: now,
                store_id: store_id.map(str::to_owned),
            };
            self.close(event, &key, QrRecord { state, ..record })?;
        }
        self.qr_answer(outcome, token)
    }

    /// Takes a code back that was not used.
    pub(crate) fn revoke(
        &mut self,
        ordered: &Ordered,
        token: &str,
        now: Timestamp,
    ) -> Result<QrAnswer, Error> {
        let key = token_key(token);
        let Some(record) = self.graph().qr(&key)? else {
            return Ok(QrAnswer::of(QrOutcome::Unknown));
        };
        let mut outcome = qr::judge(&record.state, record.expires, None, None, now);
        if record.state == QrState::Open {
            outcome = QrOutcome::Revoked;
            let event = own_event(&ordered.id, "QR Revoked", now);
            self.close(
                event,
                &key,
                QrRecord {
                    state: QrState::Revoked,
                    ..record
                },
            )?;
        }
        self.qr_answer(outcome, token)
    }

    /// Ends a code's life; the event of it stands with whom it was minted for.
    fn close(&mut self, event: Event, key: &Key, record: QrRecord) -> Result<(), Error> {
        self.overlay
            .put_record(keys::qr(self.keyring.key(key)), &record)?;
        self.tell_minted_for(event, key, Some(key))
    }

    /// Places an event with whom `code` was minted for, as one `about` it where it changes what becomes of the code.
    fn tell_minted_for(&mut self, event: Event, code: &Key, about: Option<&Key>) -> Result<(), Error> {
        let Some(profile) = self.graph().minted_for(code)? else {
            return Ok(());
        };
        // Whoever the code was minted for can be reached: it was minted by reaching them.
        if let Ok((_, identifiers)) = self.reach(&Target::Profile(profile), event.time)? {
            self.place_about(event, identifiers, about)?;
        }
        Ok(())
    }

    fn place_about(
        &mut self,
        mut event: Event,
        identifiers: Vec<Identifier>,
        code: Option<&Key>,
    ) -> Result<(), Error> {
        event.identifiers = identifiers;
        event.identifiers.extend(
            code.map(|key| Identifier::from_normalised(key.kind.clone(), key.value.clone(), Trust::Verified)),
        );
        event.identifiers.sort();
        self.place(&event)?;
        Ok(())
    }

    pub(crate) fn qr_answer(&self, outcome: QrOutcome, token: &str) -> Result<QrAnswer, Error> {
        self.graph().qr_answer(outcome, token)
    }
}

impl<A: Atoms> Graph<'_, A> {
    /// The record of a code.
    pub(crate) fn qr(&self, key: &Key) -> Result<Option<QrRecord>, Error> {
        self.view.record(&keys::qr(self.keyring.key(key)))
    }

    /// Whose profile the event stands in that minted a code.
    fn minted_for(&self, key: &Key) -> Result<Option<ProfileId>, Error> {
        for id in self.holding(key)?.unwrap_or_default() {
            let atom = self.view.atom(id)?;
            let minted = |link: &LinkRole| matches!(link, LinkRole::Minted { .. });
            if let Some(atom) = atom.filter(|atom| atom.links.get(key).is_some_and(|link| minted(&link.role)))
            {
                return Ok(atom.profile);
            }
        }
        Ok(None)
    }

    /// An outcome with all that a code stands for.
    pub(crate) fn qr_answer(&self, outcome: QrOutcome, token: &str) -> Result<QrAnswer, Error> {
        let key = token_key(token);
        let Some(record) = self.qr(&key)? else {
            return Ok(QrAnswer::of(QrOutcome::Unknown));
        };
        let profile = self.minted_for(&key)?;
        let used = match record.state {
            QrState::Redeemed { at, store_id } => Some(Used { at, store_id }),
            QrState::Open | QrState::Revoked => None,
        };
        Ok(QrAnswer {
            outcome,
            profile,
            basket: record.basket,
            offer: record.offer,
            expires: Some(record.expires),
            used,
        })
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
            used: None,
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
