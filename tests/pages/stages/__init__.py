"""The stages that golden pages go through, found by discovery."""
