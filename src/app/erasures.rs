//! Telling the other engines of a tenant with partitions who was erased, by entries of the bucket that all processes meet in: what
//! is told is there until that one has heard it, whoever owns it by then.
//!
//! Owns the keys of these entries, `erased.<to>.<erasure>.<piece>.<pieces>`. Their values are of keyed hashes alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    app::shared::partitioned::agreed,
    config::Settings,
    engine::{
        ErasureId, ErasureRecord,
        erasing::{
            elsewhere::{decode, encode, look_every},
            expunge::BeyondError,
        },
    },
    nats::{self, Connection, Tenant, assets::Names, bucket::Bucket},
};

/// What the keys begin with.
const ERASED: &str = "erased";
/// Bytes of one entry: far below what servers take as one message.
const PIECE_BYTES: usize = 256 << 10;

/// Who is told, and by whom.
#[derive(Debug)]
pub(crate) struct Erasures {
    bucket: Bucket,
    /// This engine, as a subject token.
    own: String,
    /// The tenant with partitions. How many those are is asked whenever they are told: there may be more than when this process
    /// was started.
    tenant: Tenant,
    /// How often it is looked who was erased there.
    pub(crate) look_every: Duration,
}

/// A piece of an erasure that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    erasure: ErasureId,
    number: usize,
    of: usize,
}

impl Erasures {
    /// Those of a tenant with partitions, as its resolver or one of them; none of any other.
    pub(crate) fn of(connection: &Connection, nats: &nats::Settings, settings: &Settings) -> Option<Self> {
        let own = Names::of(&nats.tenant).token();
        let whose = nats.partition.as_ref().map(|partition| &partition.resolver);
        settings.cluster.as_ref()?.partitions?;
        Some(Self {
            tenant: whose.unwrap_or(&nats.tenant).clone(),
            bucket: Bucket::of(connection),
            own,
            look_every: look_every(settings.erase_horizon),
        })
    }

    /// Has all others told of these, but for those of whom this engine was told by another.
    ///
    /// # Errors
    /// Where the bucket does not say who they are, or does not take it: some may be told then.
    pub(crate) async fn tell(&self, erased: &[&ErasureRecord]) -> Result<(), BeyondError> {
        let foreign = self.foreign().await?;
        let begun_here = erased.iter().filter(|one| !foreign.contains(&one.id));
        let begun_here: Vec<&&ErasureRecord> = begun_here.collect();
        if begun_here.is_empty() {
            return Ok(());
        }
        let others = others(&self.tenant, &self.own, agreed(&self.bucket, &self.tenant).await?);
        for erasure in begun_here {
            let bytes = encode(erasure)?;
            let pieces: Vec<&[u8]> = bytes.chunks(PIECE_BYTES).collect();
            for other in &others {
                for (number, piece) in pieces.iter().enumerate() {
                    let key = key(other, erasure.id, number, pieces.len());
                    self.bucket.put(&key, piece.to_vec()).await?;
                }
            }
        }
        Ok(())
    }

    /// Of whom this engine is told.
    ///
    /// # Errors
    /// Where the bucket does not say, or what is there is no erasure.
    pub(crate) async fn told(&self) -> Result<Vec<ErasureRecord>, BeyondError> {
        let mut told = Vec::new();
        for (erasure, of) in whole(self.pieces().await?) {
            let mut bytes = Vec::new();
            for number in 0..of {
                let piece = self.bucket.get(&key(&self.own, erasure, number, of)).await?;
                bytes.extend_from_slice(&piece.ok_or("read who was erased elsewhere: an entry is gone")?);
            }
            told.push(decode(&bytes)?);
        }
        Ok(told)
    }

    /// Which erasures this engine is told of.
    ///
    /// # Errors
    /// Where the bucket does not say.
    pub(crate) async fn foreign(&self) -> Result<BTreeSet<ErasureId>, BeyondError> {
        let pieces = self.pieces().await?;
        Ok(pieces.into_iter().map(|piece| piece.erasure).collect())
    }

    /// Is told of these no more.
    ///
    /// # Errors
    /// Where the bucket keeps it.
    pub(crate) async fn heard(&self, erasures: &[ErasureId]) -> Result<(), BeyondError> {
        for erasure in erasures {
            self.bucket
                .clear(&format!("{ERASED}.{}.{erasure}", self.own))
                .await?;
        }
        Ok(())
    }

    async fn pieces(&self) -> Result<Vec<Piece>, BeyondError> {
        let keys = self.bucket.keys(&format!("{ERASED}.{}", self.own)).await?;
        Ok(keys.iter().filter_map(|key| piece_of(key)).collect())
    }
}

/// All engines of a tenant with partitions but for the one that tells, as subject tokens.
fn others(tenant: &Tenant, own: &str, partitions: u32) -> Vec<String> {
    let resolver = Names::of(tenant);
    let partitions = (0..partitions).map(|index| resolver.partition(index).token());
    let all = partitions.chain([resolver.token()]);
    all.filter(|other| other != own).collect()
}

fn key(to: &str, erasure: ErasureId, piece: usize, pieces: usize) -> String {
    format!("{ERASED}.{to}.{erasure}.{piece}.{pieces}")
}

/// Which piece is under a key; `None` of a key of something else.
fn piece_of(key: &str) -> Option<Piece> {
    let mut tokens = key.split('.').skip(2);
    let (erasure, number, of) = (tokens.next()?, tokens.next()?, tokens.next()?);
    Some(Piece {
        erasure: ErasureId::parse(erasure)?,
        number: number.parse().ok()?,
        of: of.parse().ok()?,
    })
}

/// The erasures of which all pieces are there, and how many those are.
fn whole(mut pieces: Vec<Piece>) -> BTreeMap<ErasureId, usize> {
    pieces.sort_unstable();
    pieces.dedup();
    let mut there: BTreeMap<(ErasureId, usize), usize> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| piece.number < piece.of) {
        let count = there.entry((piece.erasure, piece.of)).or_default();
        *count = count.saturating_add(1);
    }
    let whole = there.into_iter().filter(|((_, of), count)| of == count);
    whole.map(|(erasure, _)| erasure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_others_are_told() {
        let tenant = "a".parse().unwrap();
        assert_eq!(others(&tenant, "a_p1", 4), ["a_p0", "a_p2", "a_p3", "a"]);
        assert_eq!(others(&tenant, "a", 2), ["a_p0", "a_p1"]);
    }

    #[test]
    fn an_erasure_is_told_once_all_of_its_pieces_are_there() {
        let [one, two] = [1, 2].map(|number| ErasureId([number; 16]));
        let told = |keys: &[String]| {
            let pieces = keys.iter().filter_map(|key| piece_of(key)).collect();
            whole(pieces).into_iter().collect::<Vec<_>>()
        };
        let (first, last) = (key("a_p1", one, 0, 2), key("a_p1", one, 1, 2));
        assert_eq!(first, format!("erased.a_p1.{one}.0.2"));
        assert_eq!(told(std::slice::from_ref(&first)), []);
        assert_eq!(told(&[first.clone(), first.clone()]), []);
        assert_eq!(told(&[last.clone(), first.clone()]), [(one, 2)]);
        let other = key("a_p1", two, 0, 1);
        assert_eq!(told(&[first, other, last]), [(one, 2), (two, 1)]);
        for none in ["erased.a_p1", "erased.a_p1.x.0.1", "erased.a_p1.", "lease.a_p1"] {
            assert_eq!(piece_of(none), None, "{none}");
        }
    }
}
