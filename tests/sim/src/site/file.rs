//! The file behind an address: its content, its size, and what it shows of its identity.

use crate::tags::Version;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validators {
    /// A strong tag and a date.
    Strong,
    /// A strong tag alone.
    Tag,
    Date,
    /// A weak tag and a date.
    Weak,
    /// A weak tag alone.
    WeakAlone,
    None,
}

/// What becomes of the file after so many requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) after: u64,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// Another tag for the same content.
    Tag,
    Content,
    /// Other content of another size.
    Size(u64),
    /// The same content, which shows other validators.
    Validators(Validators),
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) version: Version,
    pub(crate) size: u64,
    /// Each version so far, and its size.
    versions: Vec<(Version, u64)>,
    pub(crate) validators: Validators,
    /// Another weak tag with each answer.
    pub(crate) weak_varies: bool,
    pub(crate) tag: u32,
    day: u32,
}

/// Versions from here on are of another file, not later ones of the same.
const FOREIGN: Version = 1000;

impl File {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            version: 0,
            size,
            versions: vec![(0, size)],
            validators: Validators::Strong,
            weak_varies: false,
            tag: 0,
            day: 1,
        }
    }

    pub(crate) fn become_another(&mut self, what: What) {
        match what {
            What::Tag => self.tag += 1,
            What::Validators(validators) => self.validators = validators,
            What::Content | What::Size(_) => {
                self.version += 1;
                self.tag += 1;
                self.day += 1;
                if let What::Size(size) = what {
                    self.size = size;
                }
                self.versions.push((self.version, self.size));
            }
        }
    }

    /// A server that gives tags or dates of its own to the same file.
    pub(crate) fn node(&mut self, n: u32, own_date: bool) {
        self.tag += 1000 * n;
        if own_date {
            // None that a change of the other copies could come to.
            self.day += 10 * n;
        }
    }

    /// Another file under the same name, so many bytes longer.
    pub(crate) fn be_of_another_version(&mut self, longer: u64) {
        self.version += FOREIGN;
        self.size += longer;
        self.versions = vec![(self.version, self.size)];
    }

    /// Whether it was never the file that the others have.
    pub(crate) fn is_foreign(&self) -> bool {
        self.version >= FOREIGN
    }

    /// Whether it has been of this size; an empty file is of any version.
    pub(crate) fn was(&self, size: u64, version: Option<Version>) -> bool {
        let mut versions = self.versions.iter();
        versions.any(|(theirs, bytes)| *bytes == size && version.is_none_or(|v| v == *theirs))
    }

    pub(crate) fn shows_tag(&self, exposed: bool) -> bool {
        exposed && matches!(self.validators, Validators::Strong | Validators::Tag)
    }

    pub(crate) fn shows_date(&self) -> bool {
        matches!(
            self.validators,
            Validators::Strong | Validators::Date | Validators::Weak
        )
    }

    /// `node` tells the weak tags of one file apart.
    pub(crate) fn etag(&self, node: u64) -> Option<String> {
        match self.validators {
            Validators::Strong | Validators::Tag => Some(format!("\"v{}\"", self.tag)),
            Validators::Weak | Validators::WeakAlone => Some(format!("W/\"v{}-{node}\"", self.tag)),
            Validators::Date | Validators::None => None,
        }
    }

    pub(crate) fn date(&self) -> Option<String> {
        let date = || format!("Tue, {:02} Nov 2020 12:45:26 GMT", self.day);
        self.shows_date().then(date)
    }
}
