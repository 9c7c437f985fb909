//! What can be wrong with a template, said in one sentence that names the place.

use std::{fmt, io, path::PathBuf};

/// A template that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is not there or not readable.
    #[error("the template {} cannot be read", path.display())]
    Read {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The text is not YAML.
    #[error("the template is not YAML")]
    Syntax(#[from] yaml_serde::Error),
    /// One place of the template cannot be understood or run.
    #[error("{place}: {problem}")]
    At {
        /// Which resource and property.
        place: Place,
        /// What is wrong there.
        problem: Problem,
    },
}

/// A place in a template: the keys that lead to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Vec<String>);

impl Place {
    /// A top-level section.
    pub(crate) fn section(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// A resource as a whole.
    pub(crate) fn resource(logical_id: &str) -> Self {
        Self::section("Resources").child(logical_id)
    }

    /// The place of `key` inside this one.
    pub(crate) fn child(&self, key: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.into());
        Self(keys)
    }

    /// The error that `problem` is here.
    pub(crate) fn error(&self, problem: Problem) -> TemplateError {
        TemplateError::At {
            place: self.clone(),
            problem,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [section, resource] if section == "Resources" => {
                write!(formatter, "resource {resource}")
            }
            [section, resource, part, rest @ ..] if section == "Resources" => {
                if part == "Properties" && !rest.is_empty() {
                    write!(
                        formatter,
                        "property {} of resource {resource}",
                        rest.join(".")
                    )
                } else {
                    let keys = [std::slice::from_ref(part), rest].concat();
                    write!(formatter, "{} of resource {resource}", keys.join("."))
                }
            }
            keys => write!(formatter, "section {}", keys.join(".")),
        }
    }
}

/// What is wrong at a place of a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A `Ref`, `Fn::GetAtt` or `Fn::Sub` names nothing.
    #[error("it refers to {0}, which is no parameter and no resource that exists")]
    MissingReference(String),
    /// A `Fn::GetAtt` asks for something the resource does not have.
    #[error("it asks {resource} for {attribute}, which no {kind} has here")]
    UnknownAttribute {
        /// The logical id of the resource.
        resource: String,
        /// Its type.
        kind: String,
        /// What was asked for.
        attribute: String,
    },
    /// A function that is not known here.
    #[error("it uses {0}, which is not a function known here")]
    UnknownIntrinsic(String),
    /// A known function with arguments of the wrong shape.
    #[error("{function} takes {expected}")]
    Arguments {
        /// The function's long name.
        function: String,
        /// What it takes.
        expected: &'static str,
    },
    /// Names that need each other.
    #[error("it needs {0}, which needs it in turn")]
    Circular(String),
    /// Something required is absent.
    #[error("it is required")]
    Required,
    /// A value of the wrong kind.
    #[error("it must be {expected}, not {found}")]
    Expected {
        /// What is wanted.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// A key that is not known, so that nothing is ignored in silence.
    #[error("it is not known here")]
    Unknown,
    /// A resource type that the engines cannot stand in for.
    #[error("its type {0} is not supported here")]
    UnsupportedType(String),
    /// Something AWS offers and the engines do not.
    #[error("{0} is not supported here")]
    Unsupported(&'static str),
}
