//! Small whole numbers in few bits: Exp-Golomb codes.
//!
//! A number is written as its quotient by 2^`order` in Elias gamma (as many zeros as the quotient
//! plus one has bits after its first, then those bits) and `order` bits of remainder. Numbers near
//! 2^`order` are shortest, none is impossible. Minutes, days and lots of a month take a third of
//! what a list of numbers would, which keeps a wallet within one write unit.

/// The bytes are not what [`BitWriter`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Writes numbers bit by bit, the highest bit of a byte first.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    rest: u64,
    rest_bits: u32,
}

impl BitWriter {
    /// Writes `value` in a code that is shortest around 2^`order`.
    pub(crate) fn number(&mut self, value: u32, order: u32) {
        let quotient = (u64::from(value) >> order) + 1;
        let quotient_bits = u64::BITS - quotient.leading_zeros();
        self.bits(0, quotient_bits - 1);
        self.bits(quotient, quotient_bits);
        self.bits(u64::from(value) & ((1 << order) - 1), order);
    }

    /// The bytes written; the last is filled up with zeros.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.rest_bits > 0 {
            self.bits(0, 8 - self.rest_bits);
        }
        self.bytes
    }

    /// Writes the lowest `count` bits, at most 33: with the up to 7 that wait they fit the rest.
    fn bits(&mut self, value: u64, count: u32) {
        self.rest = (self.rest << count) | value;
        self.rest_bits += count;
        while self.rest_bits >= 8 {
            self.rest_bits -= 8;
            let [.., byte] = (self.rest >> self.rest_bits).to_be_bytes();
            self.bytes.push(byte);
        }
    }
}

/// How many bits [`BitWriter::number`] takes.
pub(crate) fn length_bits(value: u32, order: u32) -> u32 {
    let quotient = (u64::from(value) >> order) + 1;
    2 * (u64::BITS - quotient.leading_zeros()) - 1 + order
}

/// Reads what a [`BitWriter`] wrote.
#[derive(Debug)]
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Reads a number that was written with the same `order`.
    pub(crate) fn number(&mut self, order: u32) -> Result<u32, Malformed> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 32 {
                return Err(Malformed("a number is too long"));
            }
        }
        let mut quotient = 1_u64;
        for _ in 0..zeros {
            quotient = quotient << 1 | self.bit()?;
        }
        let mut value = quotient - 1;
        for _ in 0..order {
            // At most 33 bits of quotient and 31 of order.
            value = value << 1 | self.bit()?;
        }
        u32::try_from(value).map_err(|_| Malformed("a number is too large"))
    }

    /// Reads a number of things, each of at least one bit, so that garbage cannot ask for more
    /// room than it has itself.
    pub(crate) fn count(&mut self, order: u32) -> Result<usize, Malformed> {
        let count = self.number(order)? as usize;
        if count > self.bytes.len() * 8 {
            return Err(Malformed("a list is longer than its bytes"));
        }
        Ok(count)
    }

    /// Checks that nothing but the filling is left.
    pub(crate) fn finish(mut self) -> Result<(), Malformed> {
        let left = self.bytes.len() * 8 - self.position;
        for _ in 0..left {
            if left >= 8 || self.bit()? != 0 {
                return Err(Malformed("something stands after the end"));
            }
        }
        Ok(())
    }

    fn bit(&mut self) -> Result<u64, Malformed> {
        let byte = self.bytes.get(self.position / 8);
        let byte = byte.ok_or(Malformed("the bytes end too early"))?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Ok(u64::from(bit))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_number() -> impl Strategy<Value = (u32, u32)> {
        (prop_oneof![0..2_000_u32, any::<u32>()], 0..=16_u32)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers in prop::collection::vec(any_number(), 0..50)) {
            let mut writer = BitWriter::default();
            let mut bits = 0;
            for (value, order) in &numbers {
                writer.number(*value, *order);
                bits += length_bits(*value, *order);
            }
            let bytes = writer.finish();
            prop_assert_eq!(bytes.len(), bits.div_ceil(8) as usize);
            let mut reader = BitReader::new(&bytes);
            for (value, order) in numbers {
                prop_assert_eq!(reader.number(order), Ok(value));
            }
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn garbage_is_refused_or_read_but_never_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..40), order in 0..=16_u32,
        ) {
            let mut reader = BitReader::new(&bytes);
            while reader.number(order).is_ok() {}
            let _ = reader.finish();
        }
    }
}
