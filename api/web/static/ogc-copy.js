// The address to paste into QGIS.
import { copying } from "./copy.js";

copying();
