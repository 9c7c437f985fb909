//! JPEG: segments that begin with a marker, and scans whose end is the next marker.
//!
//! Behind a picture another may stand (CIPA DC-007: thumbnails, gain maps of telephones), and nothing
//! else.

use super::walk::{Flaw, Grammar, Step, check_pixels};

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// A JPEG.
#[derive(Default)]
pub(super) struct Jpeg {
    next: Part,
    pictures: u32,
    has_frame: bool,
    has_scan: bool,
}

#[derive(Clone, Copy, Default)]
enum Part {
    /// The two bytes with which a picture begins.
    #[default]
    Start,
    /// `0xff` and a marker.
    Marker,
    /// The byte after a `0xff` between segments.
    MarkerByte,
    /// The length of the segment with this marker.
    Length(u8),
    /// The size of the picture, in a segment with so many bytes more.
    Frame(u64),
    /// The byte after a `0xff` in a scan.
    InScan,
}

impl Grammar for Jpeg {
    fn first(&self) -> usize {
        2
    }

    fn take(&mut self, bytes: &[u8]) -> Result<Step, Flaw> {
        match (self.next, bytes) {
            (Part::Start, [0xff, START]) => {
                self.pictures += 1;
                (self.has_frame, self.has_scan) = (false, false);
                self.marker()
            }
            (Part::Start, _) if self.pictures == 0 => Err(Flaw::NotTheFormat),
            (Part::Start, _) => Err(Flaw::Trailing),
            (Part::Marker, [0xff, marker]) | (Part::MarkerByte, [marker]) => self.segment(*marker),
            (Part::Length(marker), [high, low]) => {
                self.sized(marker, u64::from(*high) << 8 | u64::from(*low))
            }
            (Part::Frame(left), [_, h1, h0, w1, w0]) => {
                let side = |high: u8, low: u8| u64::from(high) << 8 | u64::from(low);
                check_pixels(side(*w1, *w0), side(*h1, *h0))?;
                self.has_frame = true;
                self.next = Part::Marker;
                Ok(Step::Skip {
                    bytes: left,
                    take: 2,
                })
            }
            // Stuffing and restart markers are part of a scan.
            (Part::InScan, [0x00 | 0xd0..=0xd7]) => Ok(Step::SkipPast {
                bytes: 0,
                byte: 0xff,
            }),
            (Part::InScan, [marker]) => self.segment(*marker),
            _ => Err(Flaw::Malformed),
        }
    }

    fn may_end(&self) -> bool {
        self.pictures > 0 && matches!(self.next, Part::Start)
    }
}

impl Jpeg {
    fn marker(&mut self) -> Result<Step, Flaw> {
        self.next = Part::Marker;
        Ok(Step::Take(2))
    }

    fn segment(&mut self, marker: u8) -> Result<Step, Flaw> {
        match marker {
            // A marker may be filled up with more of its first byte.
            0xff => {
                self.next = match self.next {
                    Part::InScan => Part::InScan,
                    _ => Part::MarkerByte,
                };
                Ok(Step::Take(1))
            }
            END if self.has_frame && self.has_scan => {
                self.next = Part::Start;
                Ok(Step::Take(2))
            }
            END | START | 0x00..=0xbf | 0xd0..=0xd7 => Err(Flaw::Malformed),
            marker => {
                self.next = Part::Length(marker);
                Ok(Step::Take(2))
            }
        }
    }

    fn sized(&mut self, marker: u8, length: u64) -> Result<Step, Flaw> {
        let left = length.checked_sub(2).ok_or(Flaw::Malformed)?;
        match marker {
            SCAN if self.has_frame => {
                self.has_scan = true;
                self.next = Part::InScan;
                // The scan's own header may hold the byte by which its end is recognised.
                Ok(Step::SkipPast {
                    bytes: left,
                    byte: 0xff,
                })
            }
            SCAN => Err(Flaw::Malformed),
            // All frames but the three codes that mean tables.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let left = left.checked_sub(5).ok_or(Flaw::Malformed)?;
                self.next = Part::Frame(left);
                Ok(Step::Take(5))
            }
            _ => {
                self.next = Part::Marker;
                Ok(Step::Skip {
                    bytes: left,
                    take: 2,
                })
            }
        }
    }
}
