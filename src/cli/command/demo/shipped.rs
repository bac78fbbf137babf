//! The rules that are shipped with the service, written where the demo's service reads them: a demo goes by what everybody
//! gets, and needs no file beside the binary.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The files of `config/rules`, each with its name.
const FILES: [(&str, &str); 5] = [
    (
        "feedback.toml",
        include_str!("../../../../config/rules/feedback.toml"),
    ),
    ("flows.toml", include_str!("../../../../config/rules/flows.toml")),
    (
        "journeys.toml",
        include_str!("../../../../config/rules/journeys.toml"),
    ),
    (
        "layouts.toml",
        include_str!("../../../../config/rules/layouts.toml"),
    ),
    (
        "segments.toml",
        include_str!("../../../../config/rules/segments.toml"),
    ),
];

/// Writes them into a new folder within `folder`, and gives that.
pub(super) fn write(folder: &Path) -> io::Result<PathBuf> {
    let rules = folder.join("rules");
    fs::create_dir_all(&rules)?;
    for (name, text) in FILES {
        fs::write(rules.join(name), text)?;
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_that_is_shipped_is_among_them() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules");
        let shipped = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let shipped: BTreeSet<String> = shipped
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        let written: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(written, shipped);
    }
}
