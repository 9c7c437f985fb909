//! JSON whose types are not trusted: ListenBrainz takes `"1700000000"` and `1700000000.0` for a
//! number, and names what is wrong with a document in an order of its own. So nothing here fails
//! for being of the wrong type; what is wrong is said later.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// A scalar as it came, or the fact that something else stood in its place. Texts are borrowed from
/// the body where they have no escapes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Loose<'a> {
    #[default]
    Absent,
    Null,
    Bool,
    Integer(i64),
    Fraction(f64),
    Text(Cow<'a, str>),
    /// A list or an object. It was read through, so that its depth, its numbers and its UTF-8 are
    /// known to be sound, and nothing of it was kept.
    Nested,
}

/// What can be read out of an object, key by key. A key that is repeated counts as it stands last.
pub(super) trait FromObject<'a>: Default {
    /// Reads the value of `key` from `map`, whatever it is.
    fn read<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

/// An object, or the fact that there was none.
#[derive(Debug, Default)]
pub(super) enum Slot<T> {
    #[default]
    Absent,
    Null,
    Object(T),
    Other,
}

/// The visits of a visitor to which every scalar but null means the same.
macro_rules! scalars_are {
    ($meaning:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($meaning)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($meaning)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($meaning)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($meaning)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($meaning)
        }
    };
}
pub(super) use scalars_are;

impl Loose<'_> {
    /// The whole number that Python's `int` makes of it: fractions are cut off, and a text must be
    /// one of a whole number.
    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Fraction(number) => cut(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Absent | Self::Null | Self::Bool | Self::Nested => None,
        }
    }

    /// The whole number that Python's `int(float(…))` makes of it.
    pub(super) fn cut_to_whole(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok().and_then(cut),
            Self::Absent
            | Self::Null
            | Self::Bool
            | Self::Integer(_)
            | Self::Fraction(_)
            | Self::Nested => self.whole(),
        }
    }

    /// The text, without white space around it.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// Whether there is nothing, or a null.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }
}

/// What is beyond the range of integers ends at its bounds, which no limit here admits.
fn cut(number: f64) -> Option<i64> {
    number.is_finite().then_some(number as i64)
}

impl<'de> Deserialize<'de> for Loose<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Loose<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Loose::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Loose::Bool)
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Loose::Integer(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Loose::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Loose::Fraction(number))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Loose::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                skip_list(list)?;
                Ok(Loose::Nested)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_object(map)?;
                Ok(Loose::Nested)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl<'de, T: FromObject<'de>> Deserialize<'de> for Slot<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);

        impl<'de, T: FromObject<'de>> Visitor<'de> for Object<T> {
            type Value = Slot<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut value = T::default();
                while let Some(Key(key)) = map.next_key()? {
                    value.read(&key, &mut map)?;
                }
                Ok(Slot::Object(value))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Slot::Null)
            }

            scalars_are!(Slot::Other);

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                skip_list(list)?;
                Ok(Slot::Other)
            }
        }

        deserializer.deserialize_any(Object(PhantomData))
    }
}

/// Reads the rest of a list without keeping it.
pub(super) fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<Loose<'de>>()?.is_some() {}
    Ok(())
}

/// Reads the rest of an object without keeping it.
pub(super) fn skip_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<Key<'de>, Loose<'de>>()?.is_some() {}
    Ok(())
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
