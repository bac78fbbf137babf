//! A parcel: what somebody who leaves a partition had there, as messages of its journal and back.

use crate::{
    engine::parting::{MoveId, layer::leaving},
    journal::Message,
    store::{
        ParcelRecord,
        codec::{self, CodecError, Fault, Record as _},
    },
};

/// The kind of subject, behind the tenant's prefix.
const KIND: &str = "parcel";
/// How the subject of a piece ends behind which more follow, and that of the last.
const MORE: &str = "more";
const LAST: &str = "last";
/// Bytes of rows in one piece, about: far below what servers take as one message.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes of rows that may go into one commit: what a journal takes at once unless it is told otherwise.
const BYTES_AT_ONCE: usize = 256 << 20;

/// A row of a store: its key, and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// Whether so many bytes of rows go into one commit: more are not put together in memory to find that out.
pub(super) fn at_once(bytes: usize) -> Result<(), CodecError> {
    match bytes <= BYTES_AT_ONCE {
        true => Ok(()),
        false => Err(CodecError {
            record: ParcelRecord::NAME,
            fault: Fault::TooLong { bytes },
        }),
    }
}

/// What somebody who leaves a partition had there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Which move it is of.
    pub id: MoveId,
    /// What is in it.
    pub record: ParcelRecord,
}

/// A piece of a parcel that cannot be read: a bug, or another version of this program.
#[derive(Debug, thiserror::Error)]
pub enum PieceError {
    /// The subject is none of a parcel's.
    #[error("read a piece of a parcel: its subject is not \"parcel.<move>.<piece>.more|last\"")]
    Subject,
    /// The pieces are not all of one parcel, in their order.
    #[error("put a parcel together: expected all pieces of one, in their order")]
    Pieces,
    /// The body is damaged.
    #[error("read a piece of a parcel")]
    Body(#[from] CodecError),
}

impl Parcel {
    /// The messages of it, which have to be put together again in their order; `prefix` is what every subject of the partition
    /// begins with, without a dot at its end.
    ///
    /// # Errors
    /// Where a row is larger than a record may be.
    pub fn messages(self, prefix: &str) -> Result<Vec<Message>, CodecError> {
        let Self { id, record } = self;
        pieces((id, prefix), record.rows, 0, true)
    }

    /// The subject of a piece of a move's parcel, behind the prefix of the partition it comes from and a dot: `*` stands for
    /// whether it is the last.
    pub fn subject(id: MoveId, piece: usize) -> String {
        format!("{KIND}.{id}.{piece}.*")
    }

    /// Which piece of a parcel one is, of which move, and whether it is the last; `rest` is its subject behind the prefix and a
    /// dot.
    ///
    /// # Errors
    /// [`PieceError::Subject`].
    pub fn piece(rest: &str) -> Result<(MoveId, usize, bool), PieceError> {
        let mut tokens = rest.split('.');
        let kind = tokens.next();
        let id = tokens.next().and_then(MoveId::parse);
        let piece = tokens.next().and_then(|token| token.parse().ok());
        let end = tokens.next().filter(|end| [MORE, LAST].contains(end));
        match (kind, id, piece, end, tokens.next()) {
            (Some(KIND), Some(id), Some(piece), Some(end), None) => Ok((id, piece, end == LAST)),
            _ => Err(PieceError::Subject),
        }
    }

    /// Puts a parcel together again of the bodies of all its pieces, in their order.
    ///
    /// # Errors
    /// [`PieceError::Pieces`], [`PieceError::Body`].
    pub fn of<'a>(id: MoveId, bodies: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, PieceError> {
        let mut record: Option<ParcelRecord> = None;
        for body in bodies {
            let piece: ParcelRecord = codec::decode(body)?;
            match &mut record {
                None => record = Some(piece),
                Some(record) => record.rows.extend(piece.rows),
            }
        }
        let record = record.ok_or(PieceError::Pieces)?;
        if !record
            .rows
            .is_sorted_by(|(one, _), (next, _)| leaving(one) < leaving(next))
        {
            return Err(PieceError::Pieces);
        }
        Ok(Self { id, record })
    }
}

/// Rows of a move's parcel as messages, at least one: the pieces from this number on, the last among them or not. The prefix is
/// what every subject of the partition begins with, without a dot at its end.
pub(super) fn pieces(
    (id, prefix): (MoveId, &str),
    rows: Vec<Row>,
    first: u64,
    has_last: bool,
) -> Result<Vec<Message>, CodecError> {
    let (mut piece, mut pieces, mut bytes) = (ParcelRecord::default(), Vec::new(), 0_usize);
    for (key, value) in rows {
        let row = key.len().saturating_add(value.len());
        if bytes > 0 && bytes.saturating_add(row) > PIECE_BYTES {
            pieces.push(std::mem::take(&mut piece));
            bytes = 0;
        }
        bytes = bytes.saturating_add(row);
        piece.rows.push((key, value));
    }
    pieces.push(piece);
    let last = pieces.len().saturating_sub(1);
    let messages = (first..).zip(pieces).enumerate().map(|(place, (number, piece))| {
        let end = if has_last && place == last { LAST } else { MORE };
        Ok(Message {
            subject: format!("{prefix}.{KIND}.{id}.{number}.{end}"),
            key: String::new(),
            body: codec::encode(&piece)?,
            trace: None,
        })
    });
    messages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: MoveId = MoveId { batch: 70, index: 3 };

    fn rows(count: u8) -> Vec<Row> {
        (0..count)
            .map(|row| (vec![b'E', row], vec![row; 100 << 10]))
            .collect()
    }

    /// Which pieces these are, and whether they are the last.
    fn told(messages: &[Message]) -> Vec<(usize, bool)> {
        let told = messages.iter().map(|message| {
            let rest = message.subject.strip_prefix("acme.").unwrap();
            let (id, number, is_last) = Parcel::piece(rest).unwrap();
            assert_eq!(id, ID);
            (number, is_last)
        });
        told.collect()
    }

    #[test]
    fn pieces_of_several_commits_are_one_parcel() {
        let all = rows(9);
        let first = pieces((ID, "acme"), all[..4].to_vec(), 0, false).unwrap();
        assert_eq!(told(&first), [(0, false), (1, false)]);
        let last = pieces((ID, "acme"), all[4..].to_vec(), 2, true).unwrap();
        assert_eq!(told(&last), [(2, false), (3, false), (4, true)]);
        let bodies = || first.iter().chain(&last).map(|message| message.body.as_slice());
        assert_eq!(Parcel::of(ID, bodies()).unwrap().record.rows, all);
        let turned: Vec<_> = bodies().collect();
        let turned = Parcel::of(ID, turned.into_iter().rev());
        assert!(matches!(turned, Err(PieceError::Pieces)));
        let nothing = pieces((ID, "acme"), Vec::new(), 7, true).unwrap();
        assert_eq!(
            told(&nothing),
            [(7, true)],
            "also an empty one tells that it is all"
        );
    }

    #[test]
    fn what_is_no_piece_of_a_parcel_is_refused() {
        for rest in [
            "parcel.70-3.0",
            "parcel.70-3.0.*",
            "parcel.70-3.0.9",
            "parcel.70-3.x.last",
            "parcel.70-3.0.last.more",
            "parcel.70.0.last",
            "routed.70-3.0.last",
        ] {
            assert!(Parcel::piece(rest).is_err(), "{rest}");
        }
    }
}
