"""The parts of the demo clip: averaged faces, a drawn room, a drawn person. The device needs nothing of this
package.
"""
