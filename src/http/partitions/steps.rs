//! What needs more than one partition, or the resolver as well: steward's words, codes, what scanners type.

use axum::{
    body::Body,
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, LOCATION},
    },
    response::Response,
};
use serde_json::{Map, Value};

use crate::{
    api::{self, Traced, UndoRequest},
    domain::identity::Key,
    engine::{
        Health, Query,
        api::{CommandError, Target, Undo},
    },
    http::{
        failure::Failure,
        partitions::{
            find::{code, first, holder, places, targets, whom},
            gateway::Desk,
            table::Named,
            told::read,
        },
    },
};

/// What a text may name whom a scanner typed, in the order in which that is tried (`api::scan`).
const SCANNED: [&str; 5] = ["email", "loyalty_id", "order_id", "phone", "user_id"];
/// The channel whose region a till's numbers are from.
const STORE: &str = "store";
/// The member of a request that settles codes, with the codes.
const CODES: &str = "redemptions";

impl Desk<'_> {
    /// Of several who may have the customer, the one that has; where several have somebody, one request is not about one.
    pub(crate) async fn one_of(&self, places: &[u32]) -> Result<Response, Failure> {
        let mut nobody = None;
        let mut somebody = None;
        for place in places {
            let (parts, body) = self.at(*place).await?.into_parts();
            if parts.status != StatusCode::OK {
                return Ok(Response::from_parts(parts, body));
            }
            let members = read(body).await?;
            let is_nobody = members.get("match").and_then(Value::as_str) == Some("none");
            match (is_nobody, &somebody) {
                (true, _) => nobody = Some((parts, members)),
                (false, None) => somebody = Some((parts, members)),
                (false, Some(_)) => return Err(api::Failure::apart().into()),
            }
        }
        match somebody.or(nobody) {
            Some((parts, members)) => written(parts, &members),
            None => self.at(0).await,
        }
    }

    /// Why two are one person or not: whom nothing connects nothing stands between.
    pub(crate) async fn both(&self) -> Result<Response, Failure> {
        let sides = self.sides();
        let answer = self.both_of(&sides).await?;
        match self.sure(answer, &sides).await? {
            Some(answer) => Ok(answer),
            None => self.both_of(&sides).await,
        }
    }

    async fn both_of(&self, sides: &[Target]) -> Result<Response, Failure> {
        let found = places(self.api, self.gateway.partitions(), sides.to_vec()).await?;
        let mut found: Vec<u32> = found.into_iter().flatten().collect();
        found.dedup();
        match found.as_slice() {
            [] => self.at(0).await,
            [one] => self.at(*one).await,
            _ => Err(api::Failure::apart().into()),
        }
    }

    /// What a steward says of two: they are brought together first, so that what is said holds wherever they go.
    pub(crate) async fn word(&self) -> Result<Response, Failure> {
        let sides = self.sides();
        let mut found = Vec::with_capacity(sides.len());
        for side in &sides {
            found.push(self.settled(side).await?);
        }
        let (Some([a, b]), [Some(one), Some(other)]) = (sides.first_chunk::<2>(), found.as_slice()) else {
            // Somebody is missing, and whoever has the other says so.
            return self.at(found.into_iter().flatten().next().unwrap_or(0)).await;
        };
        let keys = vec![self.key_of(a, *one).await?, self.key_of(b, *other).await?];
        let connected = self.connect(keys).await?;
        self.have_come(connected).await?;
        self.at(connected.partition).await
    }

    /// What was said or came, taken back where it is.
    pub(crate) async fn undo(&self) -> Result<Response, Failure> {
        let what = serde_json::from_value::<UndoRequest>(self.asked.body_value());
        let Some(what) = what.ok().and_then(|request| request.what().ok()) else {
            return self.at(0).await;
        };
        let answer = self.at(self.place_of_said(&what).await?.unwrap_or(0)).await?;
        match answer.status() {
            // Whoever it was said of may be on the way, and what was said not be known here yet.
            StatusCode::NOT_FOUND if self.all_come().await? => {
                self.level(&self.gateway.partitions().all()?).await?;
                self.at(self.place_of_said(&what).await?.unwrap_or(0)).await
            }
            _ => Ok(answer),
        }
    }

    async fn place_of_said(&self, what: &Undo) -> Result<Option<u32>, Failure> {
        let (parts, what) = (self.parts()?, what.clone());
        let found = self.api.ask("find", move |_| {
            match first(&parts, |part| part.has_said(&what))? {
                // Who asks again is told what they were told first.
                None => first(&parts, |part| part.has_undone(&what)),
                found => Ok(found),
            }
        });
        Ok(found.await?)
    }

    /// Whoever has the code of the path.
    pub(crate) async fn code(&self) -> Result<Response, Failure> {
        let token = self.asked.in_path("token").unwrap_or_default();
        self.meant(
            code(self.api, token)
                .map(Target::Identifier)
                .into_iter()
                .collect(),
        )
        .await
    }

    /// A code is told once the resolver knows whose it is: whoever scans it the next moment is led there.
    pub(crate) async fn mint(&self) -> Result<Response, Failure> {
        let Some(target) = holder(self.api, self.asked).pop() else {
            return self.at(0).await;
        };
        let Some(place) = self.settled(&target).await? else {
            return self.at(self.answered(&target).await?).await;
        };
        // Whoever can be led nowhere is not minted for.
        let whose = self.key_of(&target, place).await?;
        let (parts, body) = self.at(place).await?.into_parts();
        if parts.status != StatusCode::OK {
            return Ok(Response::from_parts(parts, body));
        }
        let members = read(body).await?;
        let token = members.get("token").and_then(Value::as_str);
        let Some(minted) = token.and_then(|token| code(self.api, token)) else {
            return Err(Failure::internal(&"a code was minted that has no token"));
        };
        self.connect(vec![whose, minted]).await?;
        written(parts, &members)
    }

    /// Erases somebody. What was refused is the resolver's, which lets go first of what names them: afterwards nobody knows by
    /// what, and whoever is told that this failed asks again. Where another process owns the partition it does both, but for
    /// whoever cannot be sent there.
    pub(crate) async fn erase(&self) -> Result<Response, Failure> {
        let Some(target) = targets(self.api, self.asked, Named::Path).into_iter().next() else {
            return self.at(0).await;
        };
        let Some(place) = self.settled(&target).await? else {
            return self.at(self.answered(&target).await?).await;
        };
        let partition = self.gateway.partitions().at(place)?;
        if partition.handle.health() == Health::Ready || self.asks_owners().is_some() {
            self.level(std::slice::from_ref(&partition)).await?;
            let part = partition.handle.query();
            let traced = self.api.ask("find", move |_| part.traces_of(&target)).await?;
            if let Some((profile, keys)) = traced {
                let now = self.asked.in_query("now") == Some("true");
                self.erase_refused(Traced { profile, keys, now }).await?;
            }
        }
        self.at(place).await
    }

    /// Settles each code where it is, and answers in the order of the request.
    pub(crate) async fn codes(&self) -> Result<Response, Failure> {
        let listed = self.asked.in_body(CODES).and_then(Value::as_array);
        let listed = listed.cloned().unwrap_or_default();
        let mut found = Vec::with_capacity(listed.len());
        for one in &listed {
            let token = one.get("token").and_then(Value::as_str).unwrap_or_default();
            let place = match code(self.api, token).map(Target::Identifier) {
                Some(target) => self.settled(&target).await?,
                None => None,
            };
            found.push(place.unwrap_or(0));
        }
        let mut several = found.clone();
        several.sort_unstable();
        several.dedup();
        let [_, _, ..] = several.as_slice() else {
            return self.at(several.first().copied().unwrap_or(0)).await;
        };
        if let Some(elsewhere) = self.elsewhere(&several).await? {
            return Ok(elsewhere);
        }
        let mut settled: Vec<Value> = vec![Value::Null; listed.len()];
        let mut last = None;
        for place in several {
            let here: Vec<usize> = indexes(&found, place);
            let few = here.iter().filter_map(|index| listed.get(*index).cloned());
            let request = self.asked.saying(CODES, few.collect())?;
            let partition = self.gateway.partitions().at(place)?;
            let (parts, body) = self.ask(&partition, request).await?.into_parts();
            match parts.status {
                StatusCode::OK => {}
                // Another process took it over since it was asked.
                status if status.is_redirection() => return Err(api::Failure::apart().into()),
                _ => return Ok(Response::from_parts(parts, body)),
            }
            let mut members = read(body).await?;
            let told = members.remove("settled");
            let told = told.as_ref().and_then(Value::as_array);
            for (index, one) in here.iter().zip(told.into_iter().flatten()) {
                if let Some(place) = settled.get_mut(*index) {
                    *place = one.clone();
                }
            }
            last = Some((parts, members));
        }
        let Some((parts, mut members)) = last else {
            return self.at(0).await;
        };
        members.insert("settled".to_owned(), settled.into());
        written(parts, &members)
    }

    /// Where codes of these partitions are settled, if not here: nothing is settled before all of them would take it. Whoever
    /// owns the one partition need not own the others.
    async fn elsewhere(&self, places: &[u32]) -> Result<Option<Response>, Failure> {
        let (mut takes, mut sent) = (0_usize, None::<Response>);
        for place in places {
            let nothing = self.asked.saying(CODES, Value::Array(Vec::new()))?;
            let partition = self.gateway.partitions().at(*place)?;
            let answer = self.ask(&partition, nothing).await?;
            match (answer.status(), &sent) {
                (StatusCode::OK, _) => takes = takes.saturating_add(1),
                (status, None) if status.is_redirection() => sent = Some(answer),
                (status, Some(other)) if status.is_redirection() => {
                    if other.headers().get(LOCATION) != answer.headers().get(LOCATION) {
                        return Err(api::Failure::apart().into());
                    }
                }
                _ => return Ok(Some(answer)),
            }
        }
        match (takes, sent) {
            (_, None) => Ok(None),
            (0, sent) => Ok(sent),
            (_, Some(_)) => Err(api::Failure::apart().into()),
        }
    }

    /// Whoever has what was scanned, in the order in which a text is read; a product is told by whoever has the customer that
    /// the till shows.
    pub(crate) async fn scan(&self) -> Result<Response, Failure> {
        let scanned = self.asked.text("scanned").unwrap_or_default().trim();
        let region = self.api.region_asked(self.asked.text("region"), STORE);
        let region = region.unwrap_or_default();
        let named = SCANNED.iter().filter_map(|kind| {
            let key = self.api.key(kind, scanned, region.as_ref()).ok()?.ok()?;
            Some(Target::Identifier(key))
        });
        let minted = code(self.api, scanned).map(Target::Identifier);
        let targets: Vec<Target> = minted.into_iter().chain(named).collect();
        if let Some(answer) = self.scanned(&targets).await? {
            return Ok(answer);
        }
        if self.come(&targets).await?
            && let Some(answer) = self.scanned(&targets).await?
        {
            return Ok(answer);
        }
        let shown = whom(self.api, self.asked.text("profile"), None);
        let shown = places(self.api, self.gateway.partitions(), shown).await?;
        self.at(shown.into_iter().flatten().next().unwrap_or(0)).await
    }

    /// What is told of a code or a customer by whoever has one of these; `None` where nobody has.
    async fn scanned(&self, targets: &[Target]) -> Result<Option<Response>, Failure> {
        let found = places(self.api, self.gateway.partitions(), targets.to_vec()).await?;
        let mut tried = Vec::new();
        for place in found.into_iter().flatten() {
            if tried.contains(&place) {
                continue;
            }
            tried.push(place);
            let (parts, body) = self.at(place).await?.into_parts();
            if parts.status != StatusCode::OK {
                return Ok(Some(Response::from_parts(parts, body)));
            }
            let members = read(body).await?;
            let is_code = members
                .get("qr")
                .and_then(|qr| qr.get("outcome"))
                .and_then(Value::as_str);
            match members.get("kind").and_then(Value::as_str) {
                // The code may be on the way with its holder.
                Some("qr") if is_code == Some("unknown") => {}
                Some("qr" | "person") => return written(parts, &members).map(Some),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The two whom a request names as `a` and `b`.
    fn sides(&self) -> Vec<Target> {
        let own = self.api.limits.region.as_ref();
        ["a", "b"]
            .into_iter()
            .flat_map(|side| whom(self.api, self.asked.said(side), own))
            .collect()
    }

    pub(crate) fn parts(&self) -> Result<Vec<(u32, Query)>, Failure> {
        let served = self.gateway.partitions().all()?;
        Ok(served.iter().map(|one| (one.index, one.handle.query())).collect())
    }

    /// A value by which the resolver knows somebody who is in a partition.
    async fn key_of(&self, target: &Target, place: u32) -> Result<Key, Failure> {
        let nameless = || api::Failure::from(CommandError::Nameless);
        Ok(self.known_by(target, place).await?.ok_or_else(nameless)?)
    }
}

fn indexes(found: &[u32], place: u32) -> Vec<usize> {
    let all = found.iter().enumerate();
    all.filter(|(_, one)| **one == place)
        .map(|(index, _)| index)
        .collect()
}

/// An answer that was read, written again.
pub(crate) fn written(
    mut parts: axum::http::response::Parts,
    members: &Map<String, Value>,
) -> Result<Response, Failure> {
    let bytes = serde_json::to_vec(members).map_err(|error| Failure::internal(&error))?;
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
