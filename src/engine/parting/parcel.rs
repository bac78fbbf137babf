//! A parcel: what somebody who leaves a partition had there, as messages of its journal and back.

use crate::{
    engine::parting::MoveId,
    journal::Message,
    store::{
        ParcelRecord,
        codec::{self, CodecError},
    },
};

/// The kind of subject, behind the tenant's prefix.
const KIND: &str = "parcel";
/// Bytes of rows in one piece, about: far below what servers take as one message.
const PIECE_BYTES: usize = 256 << 10;

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
    #[error("read a piece of a parcel: its subject is not \"parcel.<move>.<piece>.<pieces>\"")]
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
        let mut piece = ParcelRecord {
            profiles: record.profiles,
            rows: Vec::new(),
        };
        let (mut pieces, mut bytes) = (Vec::new(), 0_usize);
        for (key, value) in record.rows {
            let row = key.len().saturating_add(value.len());
            if bytes > 0 && bytes.saturating_add(row) > PIECE_BYTES {
                pieces.push(std::mem::take(&mut piece));
                bytes = 0;
            }
            bytes = bytes.saturating_add(row);
            piece.rows.push((key, value));
        }
        pieces.push(piece);
        let of = pieces.len();
        let messages = pieces.iter().enumerate().map(|(index, piece)| {
            Ok(Message {
                subject: format!("{prefix}.{KIND}.{id}.{index}.{of}"),
                key: String::new(),
                body: codec::encode(piece)?,
                trace: None,
            })
        });
        messages.collect()
    }

    /// The subject of a piece of a move's parcel, behind the prefix of the partition it comes from and a dot: `*` stands for how
    /// many there are.
    pub fn subject(id: MoveId, piece: usize) -> String {
        format!("{KIND}.{id}.{piece}.*")
    }

    /// How many pieces there are of the parcel that a piece is of, and of which move it is; `rest` is its subject behind the
    /// prefix and a dot.
    ///
    /// # Errors
    /// [`PieceError::Subject`].
    pub fn pieces(rest: &str) -> Result<(MoveId, usize), PieceError> {
        let mut tokens = rest.split('.');
        let kind = tokens.next();
        let id = tokens.next().and_then(MoveId::parse);
        let piece = tokens.next().and_then(|token| token.parse::<usize>().ok());
        let of = tokens.next().and_then(|token| token.parse::<usize>().ok());
        match (kind, id, piece, of, tokens.next()) {
            (Some(KIND), Some(id), Some(piece), Some(of), None) if piece < of => Ok((id, of)),
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
        if !record.rows.is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(PieceError::Pieces);
        }
        Ok(Self { id, record })
    }
}
