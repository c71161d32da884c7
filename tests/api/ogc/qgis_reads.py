"""Run by Debian's Python, which has QGIS: opens a collection as a planner would and says what QGIS saw, as JSON."""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()
source = QgsDataSourceUri()
source.setParam("url", sys.argv[1])
source.setParam("typename", sys.argv[2])
layer = QgsVectorLayer(source.uri(), "layer", "OAPIF")
box = layer.extent()
sys.stdout.write(
    json.dumps(
        {
            "valid": layer.isValid(),
            "count": layer.featureCount(),
            "read": sum(1 for _feature in layer.getFeatures()),
            "extent": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
            "fields": [field.name() for field in layer.fields()],
            "points": layer.geometryType() == 0,
            "crs": layer.crs().authid(),
        }
    )
)
