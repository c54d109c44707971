-- Grain: a tenth of the settled items that were held out of the fit, by how sure the votes alone made them.
-- What the estimates claimed beside what was right: the reliability diagram (Murphy and Winkler 1977), and the bins that the
-- calibration error is the mean over.
select bin, items, claimed, "right"
from noise.reliability
order by bin
