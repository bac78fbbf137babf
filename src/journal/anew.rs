//! What a view of documents takes once more that others make of a journal, so that it can let go of what it had. Plain
//! data; must never be read back: whoever wants to know asks the store. `Debug` shows sizes only.

use std::fmt;

/// A document, as the latest under its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// The key, which says nothing of what it is about.
    pub key: String,
    /// What readers of the view get, as it is.
    pub body: Vec<u8>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({}+{} bytes)", self.key.len(), self.body.len())
    }
}

/// What a view takes once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anew {
    /// So many blanks that none of the view's files holds both what was before them and what comes behind them.
    Blanks,
    /// These documents.
    Documents(Vec<Document>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_content() {
        let document = Document {
            key: "secret".into(),
            body: b"sara@example.org".to_vec(),
        };
        assert_eq!(
            format!("{:?}", Anew::Documents(vec![document])),
            "Documents([Document(6+16 bytes)])"
        );
    }
}
