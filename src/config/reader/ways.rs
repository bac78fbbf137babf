//! How settings are read that go together: files in pairs, and ways of which one may be taken.

use std::path::PathBuf;

use crate::config::reader::Reader;

impl Reader<'_> {
    /// A file, if one is named.
    pub(crate) fn file(&mut self, key: &str) -> Option<PathBuf> {
        self.optional(key, "expected a file, or nothing", |text| {
            Some(PathBuf::from(text))
        })
    }

    /// A certificate's file and that of its key, if they are named: both or none.
    pub(crate) fn certificate(&mut self, certificate: &str, key: &str) -> Option<[PathBuf; 2]> {
        match (self.file(certificate), self.file(key)) {
            (Some(certificate), Some(key)) => return Some([certificate, key]),
            (None, None) => {}
            (Some(_), None) => self.refuse(key, None, format!("expected the key of {certificate}")),
            (None, Some(_)) => self.refuse(certificate, None, format!("expected the certificate of {key}")),
        }
        None
    }

    /// The one that is set of several ways, each with its key; another beside it is refused.
    pub(crate) fn one_way<T, const N: usize>(&mut self, ways: [(&str, Option<T>); N]) -> Option<T> {
        let mut set = ways.into_iter().filter_map(|(key, way)| Some((key, way?)));
        let (first, way) = set.next()?;
        for (key, _) in set {
            self.refuse(key, None, format!("expected nothing, since {first} is set too"));
        }
        Some(way)
    }
}
